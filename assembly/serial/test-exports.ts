/**
 * What tests look at inside the kernel: field, scalar and point arithmetic, and the two multi-scalar multiplications.
 * A wasm of its own (target `test`), so that the one that ships stays lean. Tests put operands into INPUT.
 */
export { INPUT } from '../memory-map'
export { KEYS_MAX, STRAUS_TERMS_MAX, TERMS_MAX, TERM_POINTERS, TERM_SCALARS } from './memory-map'
export {
  add,
  carryLimbs,
  decode,
  encode,
  isEqual,
  isOdd,
  isZero,
  multiply,
  negate,
  square,
  subtract,
} from './field'
export { invert, raiseForRoot, squareTimes } from './powers'
export { isBelowL, multiplyAdd, negateScalar, reduceWide } from './scalar'
export {
  BASE_POINT,
  addPoint,
  decodePoint,
  doublePoint,
  doubleTimes,
  encodePoint,
  isIdentity,
  isSmallOrder,
  makeAddend,
  negatePoint,
  setIdentity,
  subtractPoint,
} from './points'
export { makeBaseTable, sumByStraus } from './straus'
export { sumByPippenger } from './pippenger'
export { findKey, keyPointPtr, seedKeyCache } from './key-cache'
