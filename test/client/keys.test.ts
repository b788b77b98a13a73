import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync, verify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  deriveEncryptionKey,
  deriveFacilitySeed,
  encryptionKeyFromPem,
  encryptionKeyToPem,
  generateEncryptionKey,
  generateSigningKey,
  signingKeyFromPem,
  signingKeyFromSeed,
  signingKeyToPem,
  signToken,
} from '../../src/client/index.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const seedOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

describe('signing keys', () => {
  it('are those of RFC 8032, test 1', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
    const key = signingKeyFromSeed(seed)
    expect(hex(key.publicKey)).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
    expect(hex(key.sign(new Uint8Array()))).toMatch(
      /^e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065/,
    )
  })

  it('refuse a seed of another length', () => {
    expect(() => signingKeyFromSeed(new Uint8Array(31))).toThrow(RangeError)
    expect(() => signingKeyFromSeed('00' as unknown as Uint8Array)).toThrow(TypeError)
  })

  it('keep a copy of the seed', () => {
    const seed = seedOf(7)
    const key = signingKeyFromSeed(seed)
    seed.fill(0)
    expect(hex(key.seed)).toBe(hex(seedOf(7)))
    expect(hex(key.sign(Uint8Array.of(1)))).toBe(hex(signingKeyFromSeed(seedOf(7)).sign(Uint8Array.of(1))))
  })

  it('differ at each facility and each time they are generated', () => {
    const one = deriveFacilitySeed(seedOf(1), 'hospital-a')
    expect(hex(one)).toBe(hex(deriveFacilitySeed(seedOf(1), 'hospital-a')))
    expect(hex(one)).not.toBe(hex(deriveFacilitySeed(seedOf(1), 'hospital-b')))
    expect(hex(one)).not.toBe(hex(deriveFacilitySeed(seedOf(2), 'hospital-a')))
    expect(hex(generateSigningKey().seed)).not.toBe(hex(generateSigningKey().seed))
  })
})

describe('PEM', () => {
  it('of signing keys is what node:crypto writes and reads', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    const key = signingKeyFromPem(pem)
    expect(signingKeyToPem(key)).toBe(pem)
    const message = Buffer.from('a message')
    expect(verify(null, message, publicKey, key.sign(message))).toBe(true)
    expect(createPrivateKey(signingKeyToPem(generateSigningKey())).asymmetricKeyType).toBe('ed25519')
  })

  it('of encryption keys agrees with node:crypto', () => {
    const own = generateEncryptionKey()
    const other = generateKeyPairSync('x25519')
    const pem = encryptionKeyToPem(own)
    const secret = diffieHellman({ privateKey: createPrivateKey(pem), publicKey: other.publicKey })
    const same = diffieHellman({
      privateKey: other.privateKey,
      publicKey: createPublicKey(createPrivateKey(pem)),
    })
    expect(secret.equals(same)).toBe(true)
    const der = createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' })
    expect(hex(der.subarray(-32))).toBe(hex(own.publicKey))
    expect(hex(encryptionKeyFromPem(pem).secretKey)).toBe(hex(own.secretKey))
  })

  it('accepts CR LF and white space around', () => {
    const pem = signingKeyToPem(signingKeyFromSeed(seedOf(3)))
    expect(hex(signingKeyFromPem(`\n${pem.replaceAll('\n', '\r\n')}\n`).seed)).toBe(hex(seedOf(3)))
  })

  it('names what is wrong with a code', () => {
    const pem = signingKeyToPem(signingKeyFromSeed(seedOf(3)))
    const encrypted = generateKeyPairSync('ed25519').privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    }) as string
    const wrong = ['', 'no key', encrypted, pem.replace('MC4', 'MC5'), pem.replace('MC4', 'M!4')]
    wrong.push(encryptionKeyToPem(deriveEncryptionKey(seedOf(3))))
    for (const text of wrong) {
      expect(() => signingKeyFromPem(text)).toThrow(expect.objectContaining({ code: 'client.key' }))
    }
    expect(() => encryptionKeyFromPem(pem)).toThrow(expect.objectContaining({ code: 'client.key' }))
  })
})

describe('tokens', () => {
  const clock = { nowSeconds: () => 1_000, monotonicMs: () => 0, sleep: async () => undefined }

  const ward = { origin: 'ledger.example/0123456789abcdef', node: 'ward', url: 'https://ward.example/' }

  it('are for an address', async () => {
    for (const url of ['ward', 'ftp://ward.example', 'https://a:b@ward.example', 'https://ward.example?x']) {
      await expect(signToken(generateSigningKey(), { ...ward, actor: 'a', url })).rejects.toThrow(RangeError)
    }
  })

  it('are EdDSA JWTs with the fields nodes ask for', async () => {
    const key = signingKeyFromSeed(seedOf(9))
    const token = await signToken(key, { actor: 'ward:doctor', ...ward, clock })
    const [head, claims, signature] = token.split('.')
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
    expect(read(head!)).toEqual({ alg: 'EdDSA', kid: hex(key.publicKey), typ: 'JWT' })
    expect(read(claims!)).toEqual({
      sub: 'ward:doctor',
      aud: 'ledger.example/0123456789abcdef/ward',
      url: 'https://ward.example',
      iat: 1_000,
      exp: 1_300,
    })
    const publicKey = createPublicKey(createPrivateKey(signingKeyToPem(key)))
    expect(
      verify(null, Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature!, 'base64url')),
    ).toBe(true)
  })

  it('live five minutes at most', async () => {
    const key = generateSigningKey()
    for (const seconds of [0, 301, 1.5, Number.NaN]) {
      await expect(signToken(key, { actor: 'a', ...ward, seconds, clock })).rejects.toThrow(RangeError)
    }
  })
})
