/**
 * W3C Verifiable Credential Data Integrity 1.0 with the cryptosuite `eddsa-jcs-2022` (Data Integrity EdDSA Cryptosuites
 * 1.0, 3.3): a document and its proof's options are each brought into RFC 8785 form and hashed; the signature is
 * over the two hashes. Keys are named by `did:key`. The document's meaning is not looked at here.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { base58 } from '@scure/base'
import canonicalize from 'canonicalize'
import { concatBytes, LedgerError, utf8 } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'

/** Any JSON document; the standards allow more in it than a transaction's body does. */
export type JsonDocument = { readonly [name: string]: unknown }

/** A document with its proof. */
export type SecuredDocument = JsonDocument & { readonly proof: DataIntegrityProof }

export interface DataIntegrityProof {
  readonly '@context'?: unknown
  readonly type: 'DataIntegrityProof'
  readonly cryptosuite: 'eddsa-jcs-2022'
  /** RFC 3339 time. */
  readonly created: string
  /** `did:key:<multikey>#<multikey>`. */
  readonly verificationMethod: string
  readonly proofPurpose: 'assertionMethod'
  /** Multibase base58btc of the 64-byte signature. */
  readonly proofValue: string
}

/** Multicodec ed25519-pub, as an unsigned varint. */
const ED25519_PUBLIC = Uint8Array.of(0xed, 0x01)

/** The Multikey form of an Ed25519 public key (32 bytes): `z6Mk…`. */
export const encodeMultikey = (publicKey: Uint8Array): string =>
  `z${base58.encode(concatBytes(ED25519_PUBLIC, publicKey))}`

/** The Ed25519 public key of a Multikey; undefined where it is not one. */
export function decodeMultikey(multikey: string): Uint8Array | undefined {
  const bytes = decodeBase58btc(multikey, ED25519_PUBLIC.length + 32)
  if (bytes === undefined || bytes[0] !== ED25519_PUBLIC[0] || bytes[1] !== ED25519_PUBLIC[1])
    return undefined
  return bytes.subarray(ED25519_PUBLIC.length)
}

/** The DID of an Ed25519 public key. */
export const didOfKey = (publicKey: Uint8Array): string => `did:key:${encodeMultikey(publicKey)}`

/** The public key that a `did:key` verification method names; undefined where it names none of ours. */
export function keyOfVerificationMethod(method: string): Uint8Array | undefined {
  const match = /^did:key:(z[1-9A-HJ-NP-Za-km-z]{1,64})#(z[1-9A-HJ-NP-Za-km-z]{1,64})$/.exec(method)
  return match !== null && match[1] === match[2] ? decodeMultikey(match[1]!) : undefined
}

/** Signs `document`, which has no proof yet, with an Ed25519 secret key (32 bytes). `created`: RFC 3339. */
export function secureDocument(
  kernel: Kernel,
  document: JsonDocument,
  secretKey: Uint8Array,
  created: string,
): SecuredDocument {
  if ('proof' in document) throw new TypeError('the document has a proof already')
  const multikey = encodeMultikey(ed25519.getPublicKey(secretKey))
  const options = {
    ...('@context' in document && { '@context': document['@context'] }),
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    created,
    verificationMethod: `did:key:${multikey}#${multikey}`,
    proofPurpose: 'assertionMethod',
  } as const
  const signature = ed25519.sign(hashData(kernel, document, options), secretKey)
  return { ...document, proof: { ...options, proofValue: `z${base58.encode(signature)}` } }
}

/**
 * The key (32 bytes) whose signature over `secured` is valid, or undefined. Whether that key may say what the document
 * says is for the caller. The kernel decides on the signature.
 */
export function verifyDocument(kernel: Kernel, secured: JsonDocument): Uint8Array | undefined {
  try {
    return signerOf(kernel, secured)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

function signerOf(kernel: Kernel, secured: JsonDocument): Uint8Array | undefined {
  const { proof, ...document } = secured
  if (!isProof(proof)) return undefined
  const { proofValue, ...options } = proof
  // 3.3.2 (verification): a proof's context must start the document's; ours are always equal.
  if (!sameJson(options['@context'], document['@context'])) return undefined
  const publicKey = keyOfVerificationMethod(proof.verificationMethod)
  const signature = decodeBase58btc(proofValue, 64)
  if (publicKey === undefined || signature === undefined) return undefined
  const message = hashData(kernel, document, options)
  return kernel.verify({ publicKey, message, signature }) ? publicKey : undefined
}

/** SHA-256 of the canonical proof options ‖ SHA-256 of the canonical document (3.3.4). */
function hashData(kernel: Kernel, document: JsonDocument, options: JsonDocument): Uint8Array {
  return concatBytes(kernel.sha256(canonicalBytes(options)), kernel.sha256(canonicalBytes(document)))
}

/**
 * SHA-256 of the RFC 8785 form of a secured document: `credentialHash` in the ledger. LedgerError `content.credential`
 * where it has no such form.
 */
export const hashDocument = (kernel: Kernel, document: JsonDocument): Uint8Array =>
  kernel.sha256(canonicalBytes(document))

const canonicalBytes = (value: unknown): Uint8Array => utf8(canonicalText(value) ?? refuseForm())

const sameJson = (a: unknown, b: unknown): boolean => canonicalText(a) === canonicalText(b)

/** RFC 8785 text; undefined of undefined. Infinity, lone surrogates and nesting that fills the stack have none. */
function canonicalText(value: unknown): string | undefined {
  try {
    return canonicalize(value)
  } catch (cause) {
    return refuseForm(cause)
  }
}

function refuseForm(cause?: unknown): never {
  throw new LedgerError('content.credential', { message: 'The document has no canonical form.' }, cause)
}

function isProof(value: unknown): value is DataIntegrityProof {
  if (typeof value !== 'object' || value === null) return false
  const proof = value as Record<string, unknown>
  const known = [
    '@context',
    'type',
    'cryptosuite',
    'created',
    'verificationMethod',
    'proofPurpose',
    'proofValue',
  ]
  return (
    Object.keys(proof).every((name) => known.includes(name)) &&
    proof['type'] === 'DataIntegrityProof' &&
    proof['cryptosuite'] === 'eddsa-jcs-2022' &&
    proof['proofPurpose'] === 'assertionMethod' &&
    ['created', 'verificationMethod', 'proofValue'].every((name) => typeof proof[name] === 'string')
  )
}

function decodeBase58btc(text: string, byteLength: number): Uint8Array | undefined {
  if (!text.startsWith('z') || text.length > 2 * byteLength) return undefined
  try {
    const bytes = base58.decode(text.slice(1))
    return bytes.length === byteLength ? bytes : undefined
  } catch {
    return undefined
  }
}
