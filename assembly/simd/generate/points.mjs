/**
 * Formulas on points of edwards25519 (Hisil, Wong, Carter, Dawson 2008, 3.1 and 3.3; complete on this curve), as
 * steps: calls of field functions, and programs applied to each limb in turn. Two coordinates lie side by side:
 * - a point is (X | Y), (T | Z), extended: x = X/Z, y = Y/Z, xy = T/Z;
 * - an addend, what is added to points, is (Y-X | Y+X), (2dT | 2Z), or of an affine point (y-x | y+x), (2dxy | 2).
 * Each half is ELEMENT_BYTES long. Negating an addend changes the lanes of its first half over and the sign of 2dT.
 *
 * The additions end alike. With A = (Y1-X1)(Y2-X2), B = (Y1+X1)(Y2+X2), C = T1·2dT2, D = Z1·2Z2:
 * E = B-A, F = D-C, G = D+C, H = B+A; the sum is X = EF, Y = GH, T = EH, Z = FG.
 */
import { call, eachLimb } from './steps.mjs'

/** Bytes of an element: limbs of two lanes. */
export const ELEMENT_BYTES = 192

/** out = (Y-X | Y+X) of the point at `point`. */
const crossed = (out, point) => eachLimb((p, i) => p.store(out, i, p.cross(p.load(point, i))))

/** The first products of an addition, (A | B); those of a subtraction where `negative` is set. */
const productsAB = (out, crossedPoint, addend, negative) => ({
  choose: negative,
  then: call('multiplySwapped', out, addend, crossedPoint),
  otherwise: call('multiply', out, addend, crossedPoint),
})

/** (E | G) and (F | H) of limb i, from (A | B) and (C | D). */
function storeFactors(p, i, ab, cd) {
  const eh = p.cross(ab)
  const fg = p.cross(cd)
  p.store('FACTORS_EG', i, p.lanes(eh, 0, fg, 1))
  p.store('FACTORS_FH', i, p.lanes(fg, 0, eh, 1))
}

/** (X | Y) = (E | G)(F | H), (T | Z) = (H | F)(E | G). */
const productsOfFactors = (point) => [
  call('multiply', point, 'FACTORS_EG', 'FACTORS_FH'),
  call('multiplySwapped', `${point}+${ELEMENT_BYTES}`, 'FACTORS_FH', 'FACTORS_EG'),
]

/** point ± addend; `signs` has the sign bit of its first lane set to subtract. */
export const addAddend = [
  crossed('CROSSED', 'point'),
  productsAB('PRODUCTS_AB', 'CROSSED', 'addend', 'negative'),
  call('multiply', 'PRODUCTS_CD', `point+${ELEMENT_BYTES}`, `addend+${ELEMENT_BYTES}`),
  eachLimb((p, i) => storeFactors(p, i, p.load('PRODUCTS_AB', i), p.flip(p.load('PRODUCTS_CD', i), 'signs'))),
  ...productsOfFactors('point'),
]

/**
 * Two additions of affine addends to two points at once, seven multiplications of vectors instead of eight: D is only
 * 2 Z1, and the two products C share one vector. `signs` has the sign bit of a lane set to subtract.
 */
export const addAffinePair = [
  crossed('CROSSED', 'p'),
  crossed('CROSSED_2', 'q'),
  eachLimb((m, i) => {
    m.store('PAIR_T', i, m.lanes(m.load(`p+${ELEMENT_BYTES}`, i), 0, m.load(`q+${ELEMENT_BYTES}`, i), 0))
    const twoDxy = m.lanes(m.load(`a+${ELEMENT_BYTES}`, i), 0, m.load(`b+${ELEMENT_BYTES}`, i), 0)
    m.store('PAIR_2DXY', i, m.flip(twoDxy, 'signs'))
  }),
  productsAB('PRODUCTS_AB', 'CROSSED', 'a', 'aNegative'),
  productsAB('PRODUCTS_AB_2', 'CROSSED_2', 'b', 'bNegative'),
  call('multiply', 'PRODUCTS_CD', 'PAIR_T', 'PAIR_2DXY'),
  ...[
    ['p', 'PRODUCTS_AB', 0],
    ['q', 'PRODUCTS_AB_2', 1],
  ].flatMap(([point, ab, lane]) => [
    eachLimb((m, i) => {
      const tz = m.load(`${point}+${ELEMENT_BYTES}`, i)
      const cd = m.lanes(m.load('PRODUCTS_CD', i), lane, m.add(tz, tz), 1)
      storeFactors(m, i, m.load(ab, i), cd)
    }),
    ...productsOfFactors(point),
  ]),
]

/**
 * point = ± an affine addend, in twice its coordinates: (2x | 2y) are difference and sum of its first half; T = 2xy is
 * 2dxy / d, Z = 2. `signs` has the sign bit of the first lane set for the negative.
 */
export const setToAddend = [
  eachLimb((p, i) => p.store('CROSSED', i, p.flip(p.cross(p.load('addend', i)), 'signs'))),
  call('reduce', 'point', 'CROSSED'),
  eachLimb((p, i) => p.store('PAIR_T', i, p.flip(p.load(`addend+${ELEMENT_BYTES}`, i), 'signs'))),
  call('multiply', `point+${ELEMENT_BYTES}`, 'PAIR_T', 'INVERSE_D_AND_ONE'),
]

/** The addend of a point. */
export const makeAddend = [
  crossed('out', 'point'),
  call('multiply', `out+${ELEMENT_BYTES}`, `point+${ELEMENT_BYTES}`, 'TWO_D_AND_TWO'),
]

/**
 * point = 2 · point. With A = X², B = Y², S = (X+Y)², C = 2Z²: E = A+B-S, F = A-B+C, G = A-B, H = A+B, which are the
 * formula's, all four with their sign changed.
 */
export const double = [
  eachLimb((p, i) => {
    const xy = p.load('point', i)
    p.store('CROSSED', i, p.lanes(p.add(xy, p.swap(xy)), 0, p.load(`point+${ELEMENT_BYTES}`, i), 1))
  }),
  call('square', 'PRODUCTS_AB', 'point'),
  call('square', 'PRODUCTS_CD', 'CROSSED'),
  eachLimb((p, i) => {
    const gh = p.cross(p.swap(p.load('PRODUCTS_AB', i)))
    const hg = p.swap(gh)
    const ef = p.add(hg, p.scale(p.load('PRODUCTS_CD', i), [-1, 2]))
    p.store('FACTORS_EG', i, p.lanes(ef, 0, hg, 1))
    p.store('FACTORS_FH', i, p.lanes(ef, 1, gh, 1))
  }),
  ...productsOfFactors('point'),
]
