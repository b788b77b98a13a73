/** Bad signatures in batches are found exactly, wherever and however many they are. */
import { describe, expect, it } from 'vitest'
import { hasBit, pack } from '../../src/base/index.ts'
import type { Kernel, SignatureCheck } from '../../src/kernel/index.ts'
import { makeCheck, makeSigner } from './support/curve.ts'
import { loadKernels } from './support/kernels.ts'
import { pick, randomInteger, seed } from './support/random.ts'

const signers = Array.from({ length: 32 }, makeSigner)
const good = Array.from({ length: 520 }, () => makeCheck(pick(signers)))

/** A signature whose S is another's, so that only the equation tells. */
function spoil(check: SignatureCheck): SignatureCheck {
  const signature = check.signature.slice()
  signature[32]! ^= 1
  return { ...check, signature }
}

/** `count` good checks, those at `positions` spoiled. */
function withCulprits(count: number, positions: readonly number[]): SignatureCheck[] {
  const checks = Array.from({ length: count }, (_, i) => good[i % good.length]!)
  for (const position of positions) checks[position] = spoil(checks[position]!)
  return checks
}

function expectCulprits(kernel: Kernel, count: number, positions: readonly number[]): void {
  const answers = kernel.verifyBatch(withCulprits(count, positions))
  const found = answers.flatMap((answer, i) => (answer ? [] : [i]))
  expect(found).toEqual([...positions].sort((a, b) => a - b))
}

describe.each(await loadKernels())(`culprits, %s build (seed ${seed})`, (_, kernel) => {
  it('finds one at any position', () => {
    for (let count = 1; count <= 24; count++) {
      for (let position = 0; position < count; position++) expectCulprits(kernel, count, [position])
    }
    for (const count of [300, 520]) {
      for (let i = 0; i < 12; i++) expectCulprits(kernel, count, [randomInteger(count)])
    }
  })

  it('finds any number of them', () => {
    for (const culprits of [2, 3, 7, 20, 100, 259]) {
      const positions = new Set(Array.from({ length: culprits }, () => randomInteger(260)))
      expectCulprits(kernel, 260, [...positions])
    }
    const all = Array.from({ length: 260 }, (_, i) => i)
    expectCulprits(kernel, 260, all)
    expectCulprits(
      kernel,
      260,
      all.filter((i) => i % 2 === 0),
    )
    expectCulprits(kernel, 260, all.slice(0, 130))
    expectCulprits(kernel, 260, all.slice(130))
  })

  it('is not fooled by two that cancel out in a plain sum', () => {
    const checks = withCulprits(64, [])
    for (const [i, difference] of [
      [10, 1],
      [20, 255],
    ] as const) {
      const signature = checks[i]!.signature.slice()
      signature[40] = (signature[40]! + difference) & 0xff
      checks[i] = { ...checks[i]!, signature }
    }
    const answers = kernel.verifyBatch(checks)
    expect(answers.flatMap((answer, i) => (answer ? [] : [i]))).toEqual([10, 20])
  })

  it('splits what is more than one batch holds', () => {
    expectCulprits(kernel, 4096, [0])
    expectCulprits(kernel, 9000, [4095, 4096, 8999])
    expect(kernel.verifyBatch([])).toEqual([])
    expect(kernel.verifyPacked(pack([]))).toEqual(new Uint8Array(0))
  })

  it('takes messages larger than the arena among others', () => {
    const signer = signers[0]!
    const large = makeCheck(signer, 17 * 2 ** 20)
    const huge = [makeCheck(signer, 5 * 2 ** 20), makeCheck(signer, 5 * 2 ** 20), large]
    const checks = [
      good[0]!,
      huge[0]!,
      good[1]!,
      huge[1]!,
      spoil(huge[0]!),
      huge[2]!,
      good[2]!,
      spoil(huge[2]!),
    ]
    const expected = [true, true, true, true, false, true, true, false]
    expect(kernel.verifyBatch(checks)).toEqual(expected)
    expect(kernel.verify(large)).toBe(true)
    const items = checks.map(({ publicKey, signature, message }) => {
      const item = new Uint8Array(96 + message.length)
      item.set(publicKey)
      item.set(signature, 32)
      item.set(message, 96)
      return item
    })
    const bits = kernel.verifyPacked(pack(items))
    expect(expected.map((_, i) => hasBit(bits, i))).toEqual(expected)
  })
})
