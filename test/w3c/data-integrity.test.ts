import { ed25519 } from '@noble/curves/ed25519.js'
import { base58 } from '@scure/base'
import { describe, expect, it } from 'vitest'
import { decodeUtf8, toHex } from '../../src/base/index.ts'
import { loadKernel } from '../../src/kernel/index.ts'
import {
  decodeMultikey,
  encodeMultikey,
  hashDocument,
  type JsonDocument,
  secureDocument,
  verifyDocument,
} from '../../src/w3c/data-integrity.ts'
import { bytesOf, readVectors } from '../support/vectors.ts'

const kernel = await loadKernel()
const secretKey = new Uint8Array(32).fill(7)
const document = {
  '@context': ['https://www.w3.org/ns/credentials/v2'],
  type: ['VerifiableCredential'],
  issuer: 'did:example:institution',
  credentialSubject: { trades: ['food', 'drinking-water'], remark: null, share: 0.5 },
}

describe('eddsa-jcs-2022', () => {
  it('signs what it verifies, by the key that signed', () => {
    const secured = secureDocument(kernel, document, secretKey, '2026-01-01T00:00:00Z')
    expect(verifyDocument(kernel, secured)).toEqual(ed25519.getPublicKey(secretKey))
    expect(verifyDocument(kernel, JSON.parse(JSON.stringify(secured)))).toBeDefined()
  })

  it('refuses a document or a proof that was changed in any place', () => {
    const secured = secureDocument(kernel, document, secretKey, '2026-01-01T00:00:00Z')
    const { proof } = secured
    const other = encodeMultikey(ed25519.getPublicKey(new Uint8Array(32).fill(8)))
    const changed: JsonDocument[] = [
      { ...secured, issuer: 'did:example:another' },
      { ...secured, extra: true },
      { ...document },
      { ...secured, proof: null },
      { ...secured, proof: { ...proof, created: '2026-01-01T00:00:01Z' } },
      { ...secured, proof: { ...proof, '@context': [] } },
      { ...secured, '@context': [] },
      { ...secured, proof: { ...proof, cryptosuite: 'eddsa-rdfc-2022' } },
      { ...secured, proof: { ...proof, proofPurpose: 'authentication' } },
      { ...secured, proof: { ...proof, nonce: 'x' } },
      { ...secured, proof: { ...proof, verificationMethod: `did:key:${other}#${other}` } },
      {
        ...secured,
        proof: { ...proof, verificationMethod: proof.verificationMethod.replace(/#.*/, `#${other}`) },
      },
      { ...secured, proof: { ...proof, proofValue: proof.proofValue.slice(0, -1) } },
      { ...secured, proof: { ...proof, proofValue: `u${proof.proofValue.slice(1)}` } },
      { ...secured, proof: { ...proof, proofValue: 'z0OIl' } },
    ]
    for (const candidate of changed) expect(verifyDocument(kernel, candidate)).toBeUndefined()
  })

  it('reads only Ed25519 multikeys', () => {
    const key = ed25519.getPublicKey(secretKey)
    expect(decodeMultikey(encodeMultikey(key))).toEqual(key)
    expect(decodeMultikey(`z${base58.encode(Uint8Array.of(0xec, 0x01, ...key))}`)).toBeUndefined()
    expect(decodeMultikey('z')).toBeUndefined()
  })
})

describe('the test vector of the W3C', () => {
  const vector = Object.fromEntries(
    readVectors('eddsa-jcs-2022', 'name', 'value').map(({ name, value }) => [name, value]),
  )
  const cellOf = (name: string): string => vector[name]!
  const parse = (name: string) => JSON.parse(decodeUtf8(bytesOf(cellOf(name))))
  const unsecured: JsonDocument = parse('document')
  const proof = { ...parse('proofOptions'), proofValue: cellOf('proofValue') }

  it('makes the same proof', () => {
    const secret = base58.decode(cellOf('secretKeyMultibase').slice(1)).slice(2)
    const secured = secureDocument(kernel, unsecured, secret, cellOf('created'))
    expect(secured).toEqual({ ...unsecured, proof })
    expect(toHex(base58.decode(secured.proof.proofValue.slice(1)))).toBe(cellOf('signature'))
  })

  it('has the hashes of the document and of the options', () => {
    expect(toHex(hashDocument(kernel, unsecured))).toBe(cellOf('documentHash'))
    expect(toHex(hashDocument(kernel, parse('proofOptions')))).toBe(cellOf('proofOptionsHash'))
  })

  it('verifies the signed document, and none that was changed', () => {
    const secured = { ...unsecured, proof }
    expect(encodeMultikey(verifyDocument(kernel, secured)!)).toBe(cellOf('publicKeyMultibase'))
    expect(verifyDocument(kernel, { ...secured, name: 'Another' })).toBeUndefined()
  })
})
