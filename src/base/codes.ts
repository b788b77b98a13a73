/**
 * Every code medseal answers with: its number (u16, stands in refusal leaves, never reused), its HTTP status and its
 * meaning. `docs/errors.md` is tested against this table. Numbers: 1-99 form, 100-199 admission, 200-299 reading
 * and tokens, 300-399 running a node, 1000 + 100 a module for rules, a file each in `codes/`.
 */
import { ACCESS_CODES } from './codes/access.ts'
import { AID_CODES } from './codes/aid.ts'
import { CARE_CODES } from './codes/care.ts'
import { CERTIFICATE_CODES } from './codes/certificate.ts'
import { CLAIM_CODES } from './codes/claim.ts'
import { CONSENT_CODES } from './codes/consent.ts'
import { CREDENTIAL_CODES } from './codes/credential.ts'
import { FEEDBACK_CODES } from './codes/feedback.ts'
import { GOVERNANCE_CODES } from './codes/governance.ts'
import { IDENTITY_CODES } from './codes/identity.ts'
import { PRESCRIPTION_CODES } from './codes/prescription.ts'
import { RECORD_CODES } from './codes/record.ts'
import { REFERRAL_CODES } from './codes/referral.ts'
import { type CodeRow, row } from './codes/row.ts'
import { SETTLEMENT_CODES } from './codes/settlement.ts'
import { SUPPLY_CODES } from './codes/supply.ts'
import { WASTE_CODES } from './codes/waste.ts'

export type { CodeRow } from './codes/row.ts'

export const CODES = {
  // Form: what the kernel and the schemas find. Faults of the kernel keep their numbers (src/kernel/faults.ts).
  'form.entry': row(1, 400, 'The entry is too short, too long, or does not start with the tag 0x01.'),
  'form.length': row(2, 400, 'The body is empty or longer than 65,438 bytes.'),
  'form.syntax': row(3, 400, 'The body holds a byte that canonical JSON does not allow there.'),
  'form.number': row(4, 400, 'A number of the body is not an integer in its shortest form.'),
  'form.range': row(5, 400, 'An integer of the body lies outside ±(2^53-1).'),
  'form.string': row(6, 400, 'A string of the body is not escaped as RFC 8785 does it.'),
  'form.utf8': row(7, 400, 'The body is not valid UTF-8.'),
  'form.key': row(8, 400, 'A key of the body does not match [a-zA-Z][a-zA-Z0-9-]{0,63}.'),
  'form.order': row(9, 400, 'Keys of the body are not in order.'),
  'form.duplicate': row(10, 400, 'A key of the body stands twice.'),
  'form.depth': row(11, 400, 'The body is nested deeper than 16.'),
  'form.envelope': row(12, 400, 'A field of the envelope is missing, unknown or of the wrong kind.'),
  'signature.invalid': row(13, 400, 'The signature does not verify.'),
  'form.type-unknown': row(20, 400, 'No module knows a transaction of this type.'),
  'form.payload': row(21, 400, 'The payload does not fit the schema of its type.'),
  'form.request': row(22, 400, 'The request is malformed.'),
  'form.too-large': row(23, 413, 'The request is larger than the limit.'),
  'form.media-type': row(24, 415, 'The media type is not one this endpoint reads.'),
  'form.method': row(27, 405, 'This endpoint does not answer that method.'),
  'form.request-timeout': row(28, 408, 'The request did not arrive in time.'),
  'form.headers': row(29, 431, 'The headers of the request are larger than the limit.'),
  'form.leaf': row(25, 400, 'The bytes are not a leaf, or not a bundle of leaves, of this ledger.'),
  'form.note': row(26, 400, 'The text is not a signed note, checkpoint or proof in its C2SP form.'),
  'form.bundle': row(30, 400, 'The bytes are not a bundle of transactions, or its member did not sign it.'),

  // Admission.
  'admission.expired': row(100, 400, 'The transaction has expired.'),
  'admission.expires-too-far': row(101, 400, 'The transaction expires more than 24 hours ahead.'),
  'admission.key-unknown': row(102, 403, 'The key is not enrolled on this ledger.'),
  'admission.key-inactive': row(
    103,
    403,
    'The key, its actor or the member that enrolled it is revoked or suspended.',
  ),
  'admission.private-missing': row(104, 400, 'The body has a privateHash but no private part came with it.'),
  'admission.private-unexpected': row(105, 400, 'A private part came, but the body has no privateHash.'),
  'admission.private-mismatch': row(106, 400, 'The private part does not hash to privateHash.'),
  'admission.private-too-large': row(107, 413, 'The private part is larger than 64 KiB.'),
  'admission.private-form': row(108, 400, 'The private part is not a 32-byte salt and canonical JSON.'),
  'admission.rules-changed': row(
    109,
    400,
    'The rules changed before its block came, and it does not fit them; nothing of it is in the log.',
  ),
  'rule.inexact': row(110, 409, 'A number of this would be larger than the ledger holds exactly, 2^53-1.'),
  'overload.queue-full': row(120, 503, 'The node has more accepted work than it can order; try again.'),
  'overload.rate': row(121, 429, 'Too many requests from this address.'),
  'overload.streams': row(122, 503, 'The node has as many event streams open as it allows.'),
  'overload.pressure': row(123, 503, 'The node is too busy to answer; try again.'),
  'overload.bodies': row(124, 503, 'The node holds as many bytes of requests as it allows; try again.'),

  // Reading.
  'read.not-found': row(200, 404, 'Nothing of that name that you may see.'),
  'read.cursor': row(205, 400, 'The cursor is not one that this node gave this reader for this list.'),
  'read.range': row(201, 400, 'The index, size or range does not exist in this log.'),
  'read.no-export': row(203, 406, 'This read has no answer in the media type asked for.'),
  'read.no-endpoint': row(202, 404, 'There is no endpoint at this path.'),
  'read.ahead': row(204, 409, 'The reader has seen more of the log than this node has.'),
  'receipt.form': row(220, 400, 'The receipt is malformed.'),
  'receipt.checkpoint': row(221, 400, 'No log key of this ledger signed the checkpoint of the receipt.'),
  'receipt.proof': row(222, 400, 'The entry or its header is not in the log that the checkpoint commits to.'),
  'receipt.entry': row(223, 400, 'The entry of the receipt is not a sound transaction or refusals leaf.'),
  'receipt.header': row(224, 400, 'The header of the receipt is not that of the block of its entry.'),
  'receipt.mismatch': row(225, 400, 'The receipt is not that of the transaction asked for.'),
  'trust.form': row(226, 400, 'The chain of trust is malformed.'),
  'trust.chain': row(227, 400, 'A change of keys is not proven by the keys before it.'),
  'token.missing': row(210, 401, 'This endpoint needs a token.'),
  'token.invalid': row(211, 401, 'The token is not valid here.'),
  'token.forbidden': row(212, 403, 'Your role may not read this.'),

  // Vault.
  'content.credential': row(240, 422, 'The credential is malformed or not the one the ledger names.'),
  'content.list-older': row(241, 409, 'The institution has published another status list since.'),
  'content.altered': row(
    230,
    422,
    'The content or its wrapped key was altered, cut, or is not for this key.',
  ),
  'content.address': row(231, 400, 'The bytes sent do not hash to the address they were sent to.'),
  'content.quota': row(232, 413, 'The member, or the patient, keeps as many bytes on this node as it may.'),
  'content.wraps': row(233, 409, 'The content has as many readers as its owner, or this reader, may let in.'),
  'content.reader-key': row(229, 409, 'No active actor is enrolled with this encryption key.'),
  'content.released': row(234, 409, 'This access was used already; each opens a content once.'),
  'content.release-late': row(235, 403, 'The access is older than five minutes.'),
  'content.release-denied': row(
    236,
    403,
    'No final access by this key to this object, or what it rests on has ended.',
  ),
  'content.disk-full': row(237, 507, 'The node keeps its last free space for the ledger.'),
  'content.erased': row(238, 410, 'The content was erased, and is not taken back.'),
  'content.break-glass': row(
    239,
    409,
    "The first reader of a hospital's content is its break-glass key; wrap the content key for that one first.",
  ),

  // Running a node.
  'engine.overloaded': row(300, 503, 'The verification engine has as many callers waiting as it allows.'),
  'engine.failed': row(301, 500, 'A verification job failed on several workers.'),
  'engine.closed': row(302, 503, 'The verification engine is closed.'),
  'node.closing': row(303, 503, 'The node is shutting down.'),
  'node.internal': row(304, 500, 'The node met an error of its own.'),
  'node.listen': row(305, 500, 'The node can not listen at this address.'),
  'node.page-missing': row(306, 503, 'This build of the node has no pages.'),
  'node.no-order': row(
    364,
    503,
    'The order gives this node no more blocks; it only answers reads until it is started again.',
  ),
  'node.follows': row(
    307,
    403,
    'This node only follows the log of another, and takes no transactions and no contents.',
  ),
  'node.catching-up': row(
    308,
    503,
    'This node has not yet verified a checkpoint of the log that it follows.',
  ),
  'node.held': row(360, 503, 'The node may be behind what it has signed before; it only answers reads.'),
  'node.disk-low': row(
    361,
    503,
    'The disk of the node is nearly full; it only answers reads until there is room.',
  ),
  'node.not-vouched': row(362, 409, 'Nothing shows that the node is not behind what it has signed before.'),
  'node.unrecorded': row(363, 503, 'The node could not record what it signs; nothing was signed.'),
  'order.votes-lost': row(
    371,
    500,
    'The record of what the engine has voted is gone; with another it might vote twice.',
  ),
  'order.nothing-left': row(372, 409, 'Nothing in the bundle can be accepted any more.'),
  'order.share-full': row(373, 503, 'As many bundles of the member wait for their block as may; try again.'),
  'order.not-a-node': row(374, 403, 'The member of the bundle runs no node.'),
  'order.broken': row(375, 500, 'A rule of this build fails on the block; it can not be committed here.'),
  'order.other-chain': row(
    376,
    500,
    'The engine is of another ledger, epoch or genesis, or stands elsewhere than the ledger.',
  ),
  'order.away': row(377, 503, 'The order of the consortium can not be reached; try again.'),
  'order.socket': row(370, 500, 'The socket between the node and its order can not be opened.'),
  'order.stuck': row(378, 503, 'The order of the consortium is stuck; the node only answers reads.'),
  'order.not-taken': row(379, 503, 'The engine did not take the bundle.'),
  'order.engine-version': row(380, 500, 'The engine of the order is missing or of another version.'),
  'order.diverged': row(
    381,
    409,
    'Two members have signed different trees of one size; both notes are kept as evidence.',
  ),
  'ledger.halted': row(310, 503, 'The ledger stopped itself; see the log.'),
  'ledger.corrupt': row(311, 500, 'Stored data does not match its checksum.'),
  'ledger.genesis-mismatch': row(312, 500, 'The data folder belongs to another genesis.'),
  'ledger.rules-unknown': row(
    313,
    503,
    'This build does not know the rules version that the ledger is at, or comes to next; install a newer one.',
  ),
  'ledger.overloaded': row(314, 503, 'The ledger has as many calls waiting as it allows; try again.'),
  'ledger.diverged': row(315, 500, 'Replaying the leaves gives another result than the log holds.'),
  'genesis.invalid': row(320, 400, 'The genesis file is not valid.'),
  'config.invalid': row(321, 400, 'The configuration is not valid.'),
  'data.exists': row(322, 409, 'The data folder is not empty; nothing was written.'),
  'data.missing': row(323, 500, 'The data folder holds no ledger; medseal init makes one.'),
  'data.key': row(
    324,
    500,
    'A key of the node is missing, unreadable, open to others, or not the one that genesis names.',
  ),
  'data.locked': row(325, 409, 'Another process runs on this data folder.'),
  'data.not-demo': row(326, 409, 'The data folder holds a ledger that is not a demo; nothing was written.'),
  'data.unreadable': row(328, 500, 'The data folder is there, but can not be read; the message says why.'),
  'backup.damaged': row(327, 500, 'A file of the backup is missing, or is not what its manifest says.'),
  'vault.write': row(330, 503, 'The vault could not write; nothing was taken.'),
  'vault.corrupt': row(331, 500, 'A stored private part does not match its checksum.'),

  // Following a log, and witnessing others.
  'source.unreachable': row(350, 502, 'The source of the log could not be read; following goes on later.'),
  'source.answer': row(
    351,
    502,
    'The source of the log lacks a file that its checkpoint promises, or refuses it.',
  ),
  'source.unsound': row(352, 502, 'A file of the log does not belong to its signed checkpoint.'),
  'witness.unknown-log': row(355, 404, 'The witness knows no log of this origin.'),
  'witness.untrusted': row(356, 403, 'No key that the witness trusts signed the checkpoint.'),
  'witness.form': row(
    357,
    400,
    'The request is not an old size, a proof and a checkpoint (C2SP tlog-witness).',
  ),
  'witness.conflict': row(358, 409, 'The witness has cosigned another size.'),
  'witness.inconsistent': row(359, 422, 'Nothing shows that the log has only grown.'),

  // What the client finds by itself; no node answers with these.
  'client.key': row(340, 400, 'The text is not a private key in PKCS#8 PEM of the kind wanted.'),
  'client.unreachable': row(341, 503, 'The node could not be reached.'),
  'client.answer': row(342, 502, 'The node answered something that this protocol does not know.'),
  'client.timeout': row(343, 504, 'Time ran out before the result was there.'),
  'import.invalid': row(345, 400, 'A file to import is not what it should be; nothing was sent.'),
  'client.other-ledger': row(344, 409, 'The node keeps another ledger than the one expected.'),

  // Refusals by rules.
  ...IDENTITY_CODES,
  ...RECORD_CODES,
  ...GOVERNANCE_CODES,
  ...CONSENT_CODES,
  ...ACCESS_CODES,
  ...CERTIFICATE_CODES,
  ...SETTLEMENT_CODES,
  ...REFERRAL_CODES,
  ...PRESCRIPTION_CODES,
  ...CLAIM_CODES,
  ...CARE_CODES,
  ...CREDENTIAL_CODES,
  ...FEEDBACK_CODES,
  ...WASTE_CODES,
  ...SUPPLY_CODES,
  ...AID_CODES,
} as const satisfies Record<string, CodeRow>

export type Code = keyof typeof CODES
/** A code of an answer: a newer node may know some that this build does not. */
export type AnyCode = Code | (string & Record<never, never>)

const byNumber = new Map<number, Code>(
  (Object.keys(CODES) as Code[]).map((code) => [CODES[code].number, code]),
)

/** The code of a number, as it stands in a refusal leaf; undefined where no row has it. */
export const codeOfNumber = (number: number): Code | undefined => byNumber.get(number)
