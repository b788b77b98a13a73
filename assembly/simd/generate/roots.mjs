/**
 * Powers and square roots, two field elements at a time or twice two, as steps (see points.mjs).
 * Decoding is ZIP-215's: y is any 255-bit number, taken modulo p; x = 0 may have either sign.
 */
import { call, eachLimb } from './steps.mjs'
import { ELEMENT_BYTES } from './points.mjs'

/** The scratch of a power, and that of a second one beside it. */
const FIRST = ['POWER', 'POWER_A', 'POWER_B', 'POWER_C', 'POWER_D']
const SECOND = FIRST.map((name) => `SECOND_${name}`)

/**
 * x = x^(2^252 - 3), which is ^((p-5)/8), of the first element of each of `scratches`, by the usual chain of 251
 * squarings and 11 multiplications. The exponents reached stand beside the steps, 2^n - 1 written as 1{n}.
 */
function raise(scratches) {
  const each = (name, ...places) => scratches.map((scratch) => call(name, ...places.map((place) => scratch[place])))
  const [X, A, B, C, D] = FIRST.keys()
  const multiply = (out, x, y) => each('multiply11', out, x, y)
  const squareTimes = (out, x, times) => {
    const operands = scratches.flatMap((scratch) => [scratch[out], scratch[x]])
    return [call(scratches.length === 1 ? 'squareTimes11' : 'squareBothTimes11', ...operands, String(times))]
  }
  return [
    each('toLimbs11', X, X),
    squareTimes(A, X, 1), // 2
    squareTimes(B, A, 2), // 8
    multiply(C, X, B), // 9
    multiply(B, A, C), // 11
    squareTimes(A, B, 1), // 22
    multiply(B, C, A), // 1{5}
    squareTimes(A, B, 5),
    multiply(C, A, B), // 1{10}
    squareTimes(A, C, 10),
    multiply(B, A, C), // 1{20}
    squareTimes(A, B, 20),
    multiply(D, A, B), // 1{40}
    squareTimes(A, D, 10),
    multiply(B, A, C), // 1{50}
    squareTimes(A, B, 50),
    multiply(C, A, B), // 1{100}
    squareTimes(A, C, 100),
    multiply(D, A, C), // 1{200}
    squareTimes(A, D, 50),
    multiply(C, A, B), // 1{250}
    squareTimes(A, C, 2),
    multiply(B, A, X), // 2^252 - 3
    each('toLimbs12', X, B),
  ].flat()
}

/** POWER = POWER^((p-5)/8). */
export const raiseToRootExponent = raise([FIRST])
/** The same, and SECOND_POWER = SECOND_POWER^((p-5)/8). */
export const raiseBothToRootExponent = raise([FIRST, SECOND])

/** INVERSE = 1 / VALUE, or 0 of 0: VALUE^(p-2), p-2 = 8 (2^252 - 3) + 3. */
export const invert = [
  call('copyElement', 'POWER', 'VALUE'),
  call('raiseToRootExponent'),
  call('square', 'VALUE_2', 'POWER'),
  call('square', 'POWER', 'VALUE_2'),
  call('square', 'VALUE_2', 'POWER'),
  call('square', 'POWER', 'VALUE'),
  call('multiply', 'INVERSE', 'POWER', 'VALUE'),
  call('multiply', 'POWER', 'INVERSE', 'VALUE_2'),
  call('copyElement', 'INVERSE', 'POWER'),
]

/**
 * A root x of u/v, u = y² - 1, v = d y² + 1, of the y in Y, is u v³ (u v⁷)^((p-5)/8) or √-1 times that (RFC 8032,
 * 5.1.3). First U, V, U_V_3 = u v³ and POWER = u v⁷, which is to be raised.
 */
export const prepareRoots = [
  call('square', 'SQUARE', 'Y'),
  call('multiply', 'V', 'SQUARE', 'D'),
  eachLimb((p, i) => {
    const one = p.load('ONE', i)
    p.store('U', i, p.subtract(p.load('SQUARE', i), one))
    p.store('V', i, p.add(p.load('V', i), one))
  }),
  call('square', 'SQUARE', 'V'),
  call('multiply', 'V_3', 'SQUARE', 'V'),
  call('multiply', 'U_V_3', 'U', 'V_3'),
  call('square', 'V_3', 'SQUARE'), // v⁴
  call('multiply', 'POWER', 'U_V_3', 'V_3'),
]

/**
 * Then X, the candidate, ROOT_MINUS and ROOT_PLUS, which are v x² - u and v x² + u: where the first is 0, X is the
 * root; where the second is 0, √-1 X is; else there is none.
 */
export const findRootCandidates = [
  call('multiply', 'X', 'POWER', 'U_V_3'),
  call('square', 'SQUARE', 'X'),
  call('multiply', 'V_3', 'SQUARE', 'V'), // v x²
  eachLimb((p, i) => {
    const vxx = p.load('V_3', i)
    const u = p.load('U', i)
    p.store('ROOT_MINUS', i, p.subtract(vxx, u))
    p.store('ROOT_PLUS', i, p.add(vxx, u))
  }),
]

/** POWER = X · ROOT_FACTOR (1 or √-1, lane by lane): the root, but for its sign. */
export const fixRoots = [call('multiply', 'POWER', 'X', 'ROOT_FACTOR')]

/** Two affine addends, one at `out` and one at `out2`, from Y and POWER, with the sign of x changed by `signs`. */
export const makeAffineAddends = [
  eachLimb((p, i) => p.store('X', i, p.flip(p.load('POWER', i), 'signs'))),
  call('multiply', 'SQUARE', 'X', 'Y'),
  call('multiply', 'V', 'SQUARE', 'TWO_D'),
  eachLimb((p, i) => {
    const x = p.load('X', i)
    const y = p.load('Y', i)
    const twoDxy = p.load('V', i)
    const two = p.load('TWO', i)
    const difference = p.subtract(y, x)
    const sum = p.add(y, x)
    p.store('out', i, p.lanes(difference, 0, sum, 0))
    p.store(`out+${ELEMENT_BYTES}`, i, p.lanes(twoDxy, 0, two, 0))
    p.store('out2', i, p.lanes(difference, 1, sum, 1))
    p.store(`out2+${ELEMENT_BYTES}`, i, p.lanes(twoDxy, 1, two, 1))
  }),
]
