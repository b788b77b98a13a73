/** Batches under randomizers that the system's generator would hardly ever give: all ones, and zero. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { compileKernel } from '../../../src/kernel/index.ts'
import { instantiateWasm, type Wasm } from '../../../src/kernel/wasm.ts'

const COUNT = 4_096
const ITEM_BYTES = 128

let wasm: Wasm

/** Fills the arena with COUNT checks by seven signers; those of `bad` are spoiled. */
function addChecks(bad: readonly number[]): void {
  const signers = Array.from({ length: 7 }, () => generateKeyPairSync('ed25519'))
  const { input, offsets } = wasm.arenas
  for (let i = 0; i < COUNT; i++) {
    const { publicKey, privateKey } = signers[i % signers.length]!
    const message = randomBytes(ITEM_BYTES - 96)
    const signature = sign(null, message, privateKey)
    if (bad.includes(i)) signature[33]! ^= 1
    input.set(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32), ITEM_BYTES * i)
    input.set(signature, ITEM_BYTES * i + 32)
    input.set(message, ITEM_BYTES * i + 96)
    offsets[i] = ITEM_BYTES * i
  }
  offsets[COUNT] = ITEM_BYTES * COUNT
  wasm.exports.resetChecks()
  wasm.exports.addChecks(COUNT)
}

/** Numbers of the checks that are refused under `random`. */
function verifyUnder(random: number): number[] {
  wasm.arenas.random.fill(random)
  wasm.exports.verifyChecks()
  return [...wasm.arenas.verdicts.keys()].filter((i) => i < COUNT && wasm.arenas.verdicts[i] !== 1)
}

describe.each(['simd', 'fused'] as const)('randomizers of the %s build', (build) => {
  beforeAll(async () => {
    wasm = await instantiateWasm(await compileKernel({ build }))
  })

  it('may be as large as they get: columns of 4,096 products do not overflow', () => {
    addChecks([])
    expect(verifyUnder(0xff)).toEqual([])
    // Only one: under equal randomizers two errors may cancel out.
    addChecks([4_000])
    expect(verifyUnder(0xff)).toEqual([4_000])
  })

  it('are not used where one is zero, and are wiped after use', () => {
    addChecks([0, 4_095])
    expect(verifyUnder(0)).toEqual([0, 4_095])
    addChecks([5])
    expect(verifyUnder(0x55)).toEqual([5])
    expect(wasm.arenas.random.every((byte) => byte === 0)).toBe(true)
  })
})
