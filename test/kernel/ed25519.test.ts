/** Ed25519 against vectors: RFC 8032's, and those of Wycheproof and speccheck where they stand beside the project. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../src/base/index.ts'
import type { SignatureCheck } from '../../src/kernel/index.ts'
import { makeCheck, makeSigner, verifyByNoble } from './support/curve.ts'
import { loadKernels } from './support/kernels.ts'
import { seed } from './support/random.ts'
import { hasSharedVectors, readSharedVectors } from './support/shared-vectors.ts'

interface Vector {
  readonly publicKey: string
  readonly message: string
  readonly signature: string
}

const rfc8032: { readonly vectors: readonly (Vector & { readonly name: string })[] } = JSON.parse(
  readFileSync(new URL('vectors/rfc8032.json', import.meta.url), 'utf8'),
)

const toCheck = ({ publicKey, message, signature }: Vector): SignatureCheck => ({
  publicKey: fromHex(publicKey)!,
  message: fromHex(message)!,
  signature: fromHex(signature)!,
})

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string }
    readonly tests: readonly {
      readonly tcId: number
      readonly msg: string
      readonly sig: string
      readonly result: 'valid' | 'invalid'
    }[]
  }[]
}

/** Marked invalid because its y is not reduced, which ZIP-215 takes. */
const WYCHEPROOF_EXCEPTIONS = [151]
/** Cases that ZIP-215 accepts: small order and mixed order in A and R, and encodings that are not canonical. */
const SPECCHECK_ACCEPTED = [0, 1, 2, 3, 4, 5, 9, 10, 11]

describe.each(await loadKernels())(`Ed25519 vectors, %s build (seed ${seed})`, (_, kernel) => {
  /** The answer alone, and among valid checks, must be the same. */
  const verifyBothWays = (check: SignatureCheck): boolean => {
    const answer = kernel.verify(check)
    const others = Array.from({ length: 8 }, () => makeCheck(makeSigner()))
    expect(kernel.verifyBatch([...others, check, ...others])).toEqual([
      ...others.map(() => true),
      answer,
      ...others.map(() => true),
    ])
    expect(verifyByNoble(check)).toBe(answer)
    return answer
  }

  it('accepts the vectors of RFC 8032, and none with a bit turned over', () => {
    for (const vector of rfc8032.vectors) {
      const check = toCheck(vector)
      expect(verifyBothWays(check), vector.name).toBe(true)
      for (const part of ['publicKey', 'message', 'signature'] as const) {
        const bytes = check[part].slice()
        if (bytes.length === 0) continue
        bytes[bytes.length >> 1]! ^= 4
        expect(kernel.verify({ ...check, [part]: bytes }), `${vector.name}, ${part}`).toBe(false)
      }
    }
  })

  it.skipIf(!hasSharedVectors)('answers as Wycheproof expects', () => {
    const { testGroups } = readSharedVectors<Wycheproof>('wycheproof-ed25519.json')
    let count = 0
    for (const { publicKey, tests } of testGroups) {
      for (const { tcId, msg, sig, result } of tests) {
        count++
        const signature = fromHex(sig)!
        const check = { publicKey: fromHex(publicKey.pk)!, message: fromHex(msg)!, signature }
        if (signature.length !== 64) {
          expect(() => kernel.verify(check), `${tcId}`).toThrow(RangeError)
          expect(result).toBe('invalid')
          continue
        }
        const isExpected = result === 'valid' || WYCHEPROOF_EXCEPTIONS.includes(tcId)
        expect(verifyBothWays(check), `${tcId}`).toBe(isExpected)
      }
    }
    expect(count).toBe(151)
  })

  it.skipIf(!hasSharedVectors)('answers speccheck as ZIP-215 does', () => {
    const cases = readSharedVectors<{ message: string; pub_key: string; signature: string }[]>(
      'ed25519-speccheck-cases.json',
    )
    for (const [i, { message, pub_key, signature }] of cases.entries()) {
      const check = toCheck({ publicKey: pub_key, message, signature })
      expect(verifyBothWays(check), `case ${i}`).toBe(SPECCHECK_ACCEPTED.includes(i))
    }
    expect(cases).toHaveLength(12)
  })
})
