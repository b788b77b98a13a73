/**
 * Building and signing a transaction. Everything a signature covers is made here, without a node: body, private part,
 * signing input, id. Signed bytes never change afterwards, so that they may be sent again as often as needed.
 */
import { CLIENT_EXPIRES_SECONDS, type Clock, systemClock, toHex } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import {
  type Body,
  encodeBody,
  encodePrivatePart,
  encodeTransactionLeaf,
  privateHash,
  SALT_BYTES,
  signingInput,
  transactionId,
} from '../protocol/index.ts'
import { randomBytes, type Signer } from './keys.ts'
import type { Draft } from './typed.ts'

/** A transaction as it is sent. */
export interface SignedTransaction {
  /** Transaction id, 64 hex digits. */
  readonly id: string
  /** Transaction leaf: 0x01 ‖ public key (32) ‖ signature (64) ‖ body. */
  readonly entry: Uint8Array
  /** Salt (32) ‖ canonical JSON. */
  readonly privatePart?: Uint8Array
}

/** Where and for which ledger something is signed. */
export interface SigningContext {
  readonly kernel: Kernel
  /** 32 bytes. */
  readonly ledgerId: Uint8Array
  readonly signer: Signer
  readonly clock?: Clock
}

const NONCE_BYTES = 16

/** The private part's bytes, with a fresh salt unless the draft brings one. */
function sealPrivatePart(draft: Draft): Uint8Array | undefined {
  if (draft.privatePart === undefined) {
    if (draft.salt !== undefined) throw new TypeError('a salt needs a private part')
    return undefined
  }
  return encodePrivatePart(draft.salt ?? randomBytes(SALT_BYTES), draft.privatePart)
}

/**
 * Signs a draft. Throws a TypeError where the payload holds what a body can not (null, fractions, lone surrogates), a
 * RangeError where body or private part are too long; whether the payload fits its type is the node's to say.
 */
export async function signTransaction<const Type extends string>(
  given: Draft<Type>,
  context: SigningContext,
): Promise<SignedTransaction> {
  const draft: Draft = given
  const { kernel, ledgerId, signer } = context
  const now = (context.clock ?? systemClock).nowSeconds()
  const privatePart = sealPrivatePart(draft)
  const body: Body = {
    expires: now + (draft.expiresInSeconds ?? CLIENT_EXPIRES_SECONDS),
    nonce: toHex(randomBytes(NONCE_BYTES)),
    payload: draft.payload,
    ...(privatePart && { privateHash: privateHash(kernel, privatePart) }),
    type: draft.type,
  }
  const bytes = encodeBody(body)
  const signature = await signer.sign(signingInput(ledgerId, signer.publicKey, bytes))
  return {
    id: toHex(transactionId(kernel, ledgerId, signer.publicKey, bytes, body.expires)),
    entry: encodeTransactionLeaf(signer.publicKey, signature, bytes),
    ...(privatePart && { privatePart }),
  }
}
