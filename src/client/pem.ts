/**
 * Private keys as PKCS#8 PEM (RFC 7468, RFC 8410), read and written without the platform's help so that browsers can
 * too. `openssl genpkey -algorithm ed25519` writes what is read here, and openssl reads what is written. Neither
 * encrypted keys nor other algorithms are read.
 */
import { base64 } from '@scure/base'
import { concatBytes, equalBytes, LedgerError } from '../base/index.ts'
import { type EncryptionKey, encryptionKeyFromSecret, type SeededKey, signingKeyFromSeed } from './keys.ts'

/** DER in front of the 32 key bytes: SEQUENCE { INTEGER 0, SEQUENCE { OID }, OCTET STRING { OCTET STRING } }. */
const derHead = (algorithm: number): Uint8Array =>
  Uint8Array.of(
    0x30,
    0x2e,
    0x02,
    0x01,
    0x00,
    0x30,
    0x05,
    0x06,
    0x03,
    0x2b,
    0x65,
    algorithm,
    0x04,
    0x22,
    0x04,
    0x20,
  )

/** Last byte of the OIDs 1.3.101.112 and 1.3.101.110. */
const ED25519 = 0x70
const X25519 = 0x6e
const ALGORITHM_NAMES = new Map([
  [ED25519, 'Ed25519'],
  [X25519, 'X25519'],
])

const PEM = /^-----BEGIN PRIVATE KEY-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END PRIVATE KEY-----\s*$/

function writePem(algorithm: number, key: Uint8Array): string {
  const text = base64.encode(concatBytes(derHead(algorithm), key))
  return `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----\n`
}

function readPem(algorithm: number, text: string): Uint8Array {
  const wanted = `an unencrypted ${ALGORITHM_NAMES.get(algorithm)} private key in PKCS#8 PEM`
  const match = PEM.exec(text.trim())
  if (!match) throw new LedgerError('client.key', { message: `The text is not ${wanted}.` })
  let der: Uint8Array
  try {
    der = base64.decode(match[1]!.replace(/[\r\n]/g, ''))
  } catch (cause) {
    throw new LedgerError('client.key', { message: 'The PEM text is not base64.' }, cause)
  }
  const head = derHead(algorithm)
  if (der.length !== head.length + 32 || !equalBytes(der.subarray(0, head.length), head)) {
    throw new LedgerError('client.key', { message: `The PEM text is not ${wanted}.` })
  }
  return der.slice(head.length)
}

/** PKCS#8 PEM of a signing key's seed. */
export const signingKeyToPem = (key: Pick<SeededKey, 'seed'>): string => writePem(ED25519, key.seed)

/** The signing key of a PEM text; LedgerError `client.key` where it is anything else. */
export const signingKeyFromPem = (text: string): SeededKey => signingKeyFromSeed(readPem(ED25519, text))

/** PKCS#8 PEM of an encryption key. */
export const encryptionKeyToPem = (key: Pick<EncryptionKey, 'secretKey'>): string =>
  writePem(X25519, key.secretKey)

/** The encryption key of a PEM text; LedgerError `client.key` where it is anything else. */
export const encryptionKeyFromPem = (text: string): EncryptionKey =>
  encryptionKeyFromSecret(readPem(X25519, text))
