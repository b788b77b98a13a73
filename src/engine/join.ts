/** How the results of a call's jobs, in order, become one result. */
import { concatBytes } from '../base/index.ts'
import type { EntryVerdicts } from '../kernel/index.ts'
import type { JobKind, JobResults } from './job.ts'

type Join<Kind extends JobKind> = (parts: readonly JobResults[Kind][]) => JobResults[Kind]

const joinBytes = (parts: readonly Uint8Array[]) => concatBytes(...parts)

const JOIN: { readonly [Kind in JobKind]: Join<Kind> } = {
  verifyEntries: joinVerdicts,
  // Every job but the last has a multiple of 8 items, so bit sets join byte by byte.
  verifyPacked: joinBytes,
  hashLeaves: joinBytes,
  /** Not a root yet: the roots of subtrees, for `foldRoots`. */
  merkleRoot: joinBytes,
  foldRoots: joinBytes,
}

/** Joins the results of one job or more. */
export function joinResults<Kind extends JobKind>(
  kind: Kind,
  parts: readonly JobResults[Kind][],
): JobResults[Kind] {
  return parts.length === 1 ? parts[0]! : JOIN[kind](parts)
}

function joinVerdicts(parts: readonly EntryVerdicts[]): EntryVerdicts {
  const faultOffsets = new Uint32Array(parts.reduce((sum, part) => sum + part.faultOffsets.length, 0))
  let at = 0
  for (const part of parts) {
    faultOffsets.set(part.faultOffsets, at)
    at += part.faultOffsets.length
  }
  return {
    valid: concatBytes(...parts.map((part) => part.valid)),
    ids: concatBytes(...parts.map((part) => part.ids)),
    leafHashes: concatBytes(...parts.map((part) => part.leafHashes)),
    faults: concatBytes(...parts.map((part) => part.faults)),
    faultOffsets,
  }
}
