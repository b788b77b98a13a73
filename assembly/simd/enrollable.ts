/** What enrolment asks of a key: the canonical encoding of a point of the subgroup of order L, not the identity. */
import { L } from '../serial/scalar'
import { CHECK_ADDEND, CHECK_POINT } from './memory-map'
import { setToAddend } from './generated/points'
import { FIRST_IS_POINT, decodePair, isIdentity } from './points'
import { addPointTerm, beginStraus, sumByStraus } from './straus'

/**
 * Whether the 255-bit number at `ptr` is below p. The sign bit needs no look: it is ambiguous for x = 0 only, at the
 * identity and at a point of order two, and neither is enrollable.
 */
function isBelowP(ptr: usize): bool {
  const hasTop = (load<u64>(ptr, 24) | 1 << 63) == u64.MAX_VALUE
  return !(hasTop && (load<u64>(ptr, 16) & load<u64>(ptr, 8)) == u64.MAX_VALUE && load<u64>(ptr) >= <u64>-19)
}

export function isEnrollable(publicKeyPtr: usize): bool {
  if (!isBelowP(publicKeyPtr)) return false
  const found = decodePair(CHECK_ADDEND, publicKeyPtr, CHECK_POINT, publicKeyPtr)
  if (!(found & FIRST_IS_POINT)) return false
  setToAddend(CHECK_POINT, CHECK_ADDEND, false)
  if (isIdentity(CHECK_POINT)) return false
  beginStraus(1)
  addPointTerm(CHECK_ADDEND, L, 256)
  sumByStraus(CHECK_POINT)
  return isIdentity(CHECK_POINT)
}
