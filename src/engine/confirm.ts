/**
 * Defence in depth for ordered blocks: the scalar build is normative, the others accelerators. Here the scalar
 * build checks what the fast build said. It is several times slower, so it sees refusals (rare in an ordered block,
 * and the harm of a wrong one is a fork) and a sample of the rest.
 */
import { equalBytes, hasBit, type Packed, pack, packedCount, packedItem } from '../base/index.ts'
import type { EntryVerdicts, Kernel } from '../kernel/index.ts'
import type { Success } from './job.ts'

const HASH_BYTES = 32

/**
 * Verifies entries by the fast kernel; the scalar one checks again what was refused, or everything where `checkAll`.
 * Where they differ in anything, the scalar build's verdicts on the whole job are the result, and the evidence is
 * attached. The arrays of the evidence are copies.
 */
export function verifyConfirmed(
  kernels: { readonly fast: Kernel; readonly scalar: Kernel },
  entries: Packed,
  ledgerId: Uint8Array,
  checkAll: boolean,
): Success<'verifyEntries'> {
  const fast = kernels.fast.verifyEntries(entries, ledgerId)
  const suspects: number[] = []
  for (let i = 0; i < packedCount(entries); i++) if (checkAll || !hasBit(fast.valid, i)) suspects.push(i)
  const answer = {
    ok: true,
    build: kernels.fast.build,
    result: fast,
    confirmedChecks: suspects.length,
  } as const
  if (suspects.length === 0) return answer

  const again = kernels.scalar.verifyEntries(pack(suspects.map((i) => packedItem(entries, i))), ledgerId)
  if (suspects.every((i, place) => sameVerdict(fast, i, again, place))) return answer
  const scalar = checkAll ? again : kernels.scalar.verifyEntries(entries, ledgerId)
  const copy = { bytes: new Uint8Array(entries.bytes), offsets: new Uint32Array(entries.offsets) }
  const disagreement = { entries: copy, ledgerId, build: answer.build, fast, scalar }
  return { ...answer, build: kernels.scalar.build, result: scalar, disagreement }
}

/** Whether verdict `i` of `a` and verdict `k` of `b` agree in everything. */
function sameVerdict(a: EntryVerdicts, i: number, b: EntryVerdicts, k: number): boolean {
  return (
    hasBit(a.valid, i) === hasBit(b.valid, k) &&
    a.faults[i] === b.faults[k] &&
    a.faultOffsets[i] === b.faultOffsets[k] &&
    equalBytes(hashAt(a.ids, i), hashAt(b.ids, k)) &&
    equalBytes(hashAt(a.leafHashes, i), hashAt(b.leafHashes, k))
  )
}

const hashAt = (hashes: Uint8Array, index: number) =>
  hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES)
