/** Malformed arguments are errors that name the argument; they leave the kernel as it was. */
import { describe, expect, it } from 'vitest'
import { pack } from '../../src/base/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import { makeCheck, makeSigner } from './support/curve.ts'
import { loadHashingKernels } from './support/kernels.ts'
import { seed } from './support/random.ts'

const bytes = (length: number) => new Uint8Array(length)
const [none, short, hash, long] = [bytes(0), bytes(31), bytes(32), bytes(33)]
const check = { publicKey: hash, message: none, signature: bytes(64) }
const [empty, item] = [pack([]), pack([bytes(95)])]

/** What callers without types may pass. */
type Untyped = { readonly [Name in keyof Kernel]: (...args: readonly unknown[]) => unknown }
type Call = (kernel: Untyped) => unknown

const WRONG_TYPES: readonly (readonly [Call, string])[] = [
  [(kernel) => kernel.sha256('abc'), 'bytes'],
  [(kernel) => kernel.sha256(), 'bytes'],
  [(kernel) => kernel.sha256([1, 2]), 'bytes'],
  [(kernel) => kernel.sha512(new ArrayBuffer(3)), 'bytes'],
  [(kernel) => kernel.sha512(new Uint16Array(3)), 'bytes'],
  [(kernel) => kernel.leafHash(null), 'entry'],
  [(kernel) => kernel.nodeHash(hash, 'x'), 'right'],
  [(kernel) => kernel.hashLeaves([none]), 'entries.bytes'],
  [(kernel) => kernel.hashLeaves(undefined), 'entries.bytes'],
  [(kernel) => kernel.hashLeaves({ bytes: none, offsets: [0] }), 'entries.offsets'],
  [(kernel) => kernel.hashNodes({}), 'pairs'],
  [(kernel) => kernel.merkleRoot(none), 'entries'],
  [(kernel) => kernel.merkleRoot([none, 'a']), 'entries[1]'],
  [(kernel) => kernel.merkleRootOfHashes([hash]), 'leafHashes'],
  [(kernel) => kernel.verifyInclusion('0', 1, hash, none, hash), 'index'],
  [(kernel) => kernel.verifyInclusion(0, 1n, hash, none, hash), 'size'],
  [(kernel) => kernel.verifyInclusion(0, 1, hash, [hash], hash), 'proof'],
  [(kernel) => kernel.verifyConsistency(null, 1, hash, hash, none), 'from'],
  [(kernel) => kernel.verify(undefined), 'check'],
  [(kernel) => kernel.verify({ ...check, publicKey: 'aa' }), 'check.publicKey'],
  [(kernel) => kernel.verify({ ...check, message: 'text' }), 'check.message'],
  [(kernel) => kernel.verify({ publicKey: hash, message: none }), 'check.signature'],
  [(kernel) => kernel.verifyBatch(check), 'checks'],
  [(kernel) => kernel.verifyBatch([check, null]), 'checks[1]'],
  [(kernel) => kernel.verifyPacked([check]), 'checks.bytes'],
  [(kernel) => kernel.isEnrollableKey('aa'), 'key'],
  [(kernel) => kernel.checkBody('{}'), 'body'],
  [(kernel) => kernel.verifyEntries(empty, 'aa'), 'ledgerId'],
  [(kernel) => kernel.verifyEntries([none], hash), 'entries.bytes'],
]

const WRONG_SIZES: readonly (readonly [Call, string])[] = [
  [(kernel) => kernel.nodeHash(short, hash), 'left'],
  [(kernel) => kernel.nodeHash(hash, long), 'right'],
  [(kernel) => kernel.hashNodes(bytes(96)), 'pairs'],
  [(kernel) => kernel.merkleRootOfHashes(long), 'leafHashes'],
  [(kernel) => kernel.hashLeaves({ bytes: none, offsets: new Uint32Array(0) }), 'entries.offsets'],
  [(kernel) => kernel.hashLeaves({ bytes: hash, offsets: Uint32Array.of(0, 33) }), 'entries.offsets'],
  [(kernel) => kernel.hashLeaves({ bytes: hash, offsets: Uint32Array.of(0, 9, 8) }), 'entries.offsets'],
  [(kernel) => kernel.verifyInclusion(-1, 1, hash, none, hash), 'index'],
  [(kernel) => kernel.verifyInclusion(0.5, 1, hash, none, hash), 'index'],
  [(kernel) => kernel.verifyInclusion(0, 2 ** 53, hash, none, hash), 'size'],
  [(kernel) => kernel.verifyInclusion(0, Number.NaN, hash, none, hash), 'size'],
  [(kernel) => kernel.verifyInclusion(0, 1, short, none, hash), 'leafHash'],
  [(kernel) => kernel.verifyInclusion(0, 1, hash, long, hash), 'proof'],
  [(kernel) => kernel.verifyInclusion(0, 1, hash, none, none), 'root'],
  [(kernel) => kernel.verifyConsistency(0, 1, hash, hash, none), 'from'],
  [(kernel) => kernel.verifyConsistency(1, Infinity, hash, hash, none), 'to'],
  [(kernel) => kernel.verifyConsistency(1, 1, short, hash, none), 'fromRoot'],
  [(kernel) => kernel.verifyConsistency(1, 1, hash, long, none), 'toRoot'],
  [(kernel) => kernel.verifyConsistency(1, 1, hash, hash, bytes(1)), 'proof'],
  [(kernel) => kernel.verify({ ...check, publicKey: short }), 'check.publicKey'],
  [(kernel) => kernel.verify({ ...check, signature: bytes(63) }), 'check.signature'],
  [(kernel) => kernel.verifyBatch([check, { ...check, signature: bytes(65) }]), 'checks[1].signature'],
  [(kernel) => kernel.verifyPacked(item), 'item 0 of checks'],
  [(kernel) => kernel.isEnrollableKey(long), 'key'],
  [(kernel) => kernel.verifyEntries(empty, short), 'ledgerId'],
]

describe.each(await loadHashingKernels())(`arguments, %s build (seed ${seed})`, (_, kernel) => {
  const untyped = kernel as unknown as Untyped

  /** `call` throws an error of `type` whose text begins with the argument's name. */
  function expectError(call: Call, type: ErrorConstructor, name: string): void {
    let thrown: unknown
    try {
      call(untyped)
    } catch (error) {
      thrown = error
    }
    expect(thrown, name).toBeInstanceOf(type)
    expect((thrown as Error).message.startsWith(`${name} `), (thrown as Error).message).toBe(true)
  }

  it('throws a TypeError for a wrong type', () => {
    for (const [call, name] of WRONG_TYPES) expectError(call, TypeError as ErrorConstructor, name)
  })

  it('throws a RangeError for a wrong size or number', () => {
    for (const [call, name] of WRONG_SIZES) expectError(call, RangeError as ErrorConstructor, name)
  })

  it('answers as before after errors', () => {
    const signer = makeSigner()
    const good = Array.from({ length: 9 }, () => makeCheck(signer))
    for (const [call, name] of [...WRONG_TYPES, ...WRONG_SIZES]) {
      expect(() => call(untyped), name).toThrow()
    }
    expect(kernel.verifyBatch(good)).not.toContain(false)
  })

  it('takes any kind of Uint8Array, and leaves it as it was', () => {
    const { publicKey, message, signature } = makeCheck(makeSigner(), 100)
    const shared = new Uint8Array(new SharedArrayBuffer(200)).subarray(7, 107)
    shared.set(message)
    expect(kernel.verify({ publicKey: Buffer.from(publicKey), message: shared, signature })).toBe(true)
    expect(shared).toEqual(message)
  })
})
