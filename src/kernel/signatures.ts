/** Ed25519 checks, bodies and transaction leaves over the wasm: typed, any number, any size of message. */
import { hasBit, type Packed, packedCount, setBit } from '../base/index.ts'
import { requireArray, requireBytes, requirePacked } from './arguments.ts'
import { FAULT } from './faults.ts'
import { hashLeaf } from './hashing.ts'
import { forEachFilling, InputArena, streamThrough } from './input-arena.ts'
import type { EntryVerdicts, Kernel, SignatureCheck } from './types.ts'
import { RANDOM_BYTES, type Wasm } from './wasm.ts'

const PUBLIC_KEY_BYTES = 32
const SIGNATURE_BYTES = 64
const HEAD_BYTES = PUBLIC_KEY_BYTES + SIGNATURE_BYTES
const ID_BYTES = 32

type Signatures = Pick<
  Kernel,
  'verify' | 'verifyBatch' | 'verifyPacked' | 'isEnrollableKey' | 'checkBody' | 'verifyEntries'
>

/** The checking part of a kernel. */
export function createSignatures(wasm: Wasm): Signatures {
  return {
    verify(check) {
      requireCheck('check', check)
      return hasBit(verifyBatch(wasm, [check]), 0)
    },
    verifyBatch(checks) {
      requireArray('checks', checks)
      const valid = verifyBatch(wasm, checks)
      return checks.map((_, i) => hasBit(valid, i))
    },
    verifyPacked(checks) {
      requirePacked('checks', checks, HEAD_BYTES)
      return verifyPacked(wasm, checks)
    },
    isEnrollableKey(key) {
      requireBytes('key', key, PUBLIC_KEY_BYTES)
      wasm.arenas.input.set(key)
      return wasm.exports.isEnrollableKey() !== 0
    },
    checkBody(body) {
      requireBytes('body', body)
      const { input, output } = wasm.arenas
      // A body larger than the arena is refused for its length, which what fits of it still shows.
      const piece = body.subarray(0, input.length)
      input.set(piece)
      const fault = wasm.exports.checkBody(piece.length)
      const view = new DataView(output.buffer, output.byteOffset)
      return { fault, offset: view.getUint32(0, true), expires: view.getUint32(4, true) }
    },
    verifyEntries(entries, ledgerId) {
      requirePacked('entries', entries)
      requireBytes('ledgerId', ledgerId, 32)
      wasm.arenas.ledgerId.set(ledgerId)
      return verifyEntries(wasm, entries)
    },
  }
}

function isCheck(check: SignatureCheck | undefined): boolean {
  return (
    check?.publicKey instanceof Uint8Array &&
    check.publicKey.length === PUBLIC_KEY_BYTES &&
    check.signature instanceof Uint8Array &&
    check.signature.length === SIGNATURE_BYTES &&
    check.message instanceof Uint8Array
  )
}

/** Throws what is wrong with a check, by the argument's name. */
function requireCheck(name: string, check: SignatureCheck | undefined): void {
  if (typeof check !== 'object' || check === null) throw new TypeError(`${name} must be an object`)
  requireBytes(`${name}.publicKey`, check.publicKey, PUBLIC_KEY_BYTES)
  requireBytes(`${name}.message`, check.message)
  requireBytes(`${name}.signature`, check.signature, SIGNATURE_BYTES)
}

/** Settles the `count` checks added since `resetChecks`; true or false of each stands in `arenas.verdicts`. */
function settleChecks(wasm: Wasm, count: number): void {
  // The factors of the linear combination: whoever could foretell them could make bad signatures cancel out.
  crypto.getRandomValues(wasm.arenas.random.subarray(0, RANDOM_BYTES * count))
  wasm.exports.verifyChecks()
}

/** Adds a check whose message does not fit the arena: it is hashed piece by piece first. */
function addLargeCheck(wasm: Wasm, publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): void {
  const { exports, arenas } = wasm
  exports.sha512Begin()
  for (const part of [signature.subarray(0, 32), publicKey, message]) {
    streamThrough(wasm, part, exports.sha512Update)
  }
  exports.sha512End(wasm.inputPtr + HEAD_BYTES)
  arenas.input.set(publicKey)
  arenas.input.set(signature, PUBLIC_KEY_BYTES)
  exports.addHashedCheck()
}

/** Sets the bit of each valid check among the `count` that begin with number `first`. */
function collectValid(wasm: Wasm, count: number, valid: Uint8Array, first: number): void {
  for (let i = 0; i < count; i++) if (wasm.arenas.verdicts[i] === 1) setBit(valid, first + i)
}

function verifyBatch(wasm: Wasm, checks: readonly SignatureCheck[]): Uint8Array {
  const valid = new Uint8Array(Math.ceil(checks.length / 8))
  const arena = new InputArena(wasm)
  const flush = () => {
    wasm.exports.addChecks(arena.count)
    arena.clear()
  }
  for (let first = 0; first < checks.length; first += wasm.checksMax) {
    const end = Math.min(first + wasm.checksMax, checks.length)
    wasm.exports.resetChecks()
    for (let i = first; i < end; i++) {
      const check = checks[i]!
      // Looked at where it is copied: a second walk over thousands of objects would find them out of the processor's
      // cache.
      if (!isCheck(check)) requireCheck(`checks[${i}]`, check)
      const { publicKey, signature, message } = check
      if (arena.add(publicKey, signature, message)) continue
      flush()
      if (!arena.add(publicKey, signature, message)) addLargeCheck(wasm, publicKey, signature, message)
    }
    flush()
    settleChecks(wasm, end - first)
    collectValid(wasm, end - first, valid, first)
  }
  return valid
}

function verifyPacked(wasm: Wasm, checks: Packed): Uint8Array {
  const count = packedCount(checks)
  const valid = new Uint8Array(Math.ceil(count / 8))
  const arena = new InputArena(wasm)
  const takeArena = () => wasm.exports.addChecks(arena.count)
  const takeLarge = (item: Uint8Array) => {
    const signature = item.subarray(PUBLIC_KEY_BYTES, HEAD_BYTES)
    addLargeCheck(wasm, item.subarray(0, PUBLIC_KEY_BYTES), signature, item.subarray(HEAD_BYTES))
  }
  for (let first = 0; first < count; first += wasm.checksMax) {
    const end = Math.min(first + wasm.checksMax, count)
    wasm.exports.resetChecks()
    forEachFilling(arena, checks, first, end, takeArena, takeLarge)
    settleChecks(wasm, end - first)
    collectValid(wasm, end - first, valid, first)
  }
  return valid
}

function verifyEntries(wasm: Wasm, entries: Packed): EntryVerdicts {
  const { exports, arenas } = wasm
  const count = packedCount(entries)
  const verdicts = {
    valid: new Uint8Array(Math.ceil(count / 8)),
    ids: new Uint8Array(ID_BYTES * count),
    leafHashes: new Uint8Array(32 * count),
    faults: new Uint8Array(count),
    faultOffsets: new Uint32Array(count),
  }
  const arena = new InputArena(wasm)
  const large: { readonly index: number; readonly leafHash: Uint8Array }[] = []
  const takeArena = () => exports.addEntries(arena.count)
  // Larger than a leaf may be: an empty item gets the same fault, and its leaf hash is put right afterwards.
  const takeLarge = (entry: Uint8Array, index: number) => {
    large.push({ index, leafHash: hashLeaf(wasm, entry) })
    arena.clear()
    arena.add()
    exports.addEntries(1)
    arena.clear()
  }
  for (let first = 0; first < count; first += wasm.checksMax) {
    const end = Math.min(first + wasm.checksMax, count)
    const length = end - first
    exports.resetChecks()
    forEachFilling(arena, entries, first, end, takeArena, takeLarge)
    settleChecks(wasm, length)
    collectValid(wasm, length, verdicts.valid, first)
    verdicts.ids.set(arenas.ids.subarray(0, ID_BYTES * length), ID_BYTES * first)
    verdicts.leafHashes.set(arenas.leafHashes.subarray(0, 32 * length), 32 * first)
    verdicts.faults.set(arenas.faults.subarray(0, length), first)
    verdicts.faultOffsets.set(arenas.faultOffsets.subarray(0, length), first)
  }
  for (const { index, leafHash } of large) verdicts.leafHashes.set(leafHash, 32 * index)
  for (let i = 0; i < count; i++) {
    if (verdicts.faults[i] === FAULT.none && !hasBit(verdicts.valid, i)) verdicts.faults[i] = FAULT.signature
  }
  return verdicts
}
