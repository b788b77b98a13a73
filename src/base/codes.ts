/**
 * Every code medseal answers with: its number (u16, stands in refusal leaves, never reused), its HTTP status and its
 * meaning. `docs/errors.md` is tested against this table. Numbers: 1-99 form, 100-199 admission, 200-299 reading
 * and tokens, 300-399 running a node, 1000 + 100 a module for rules (identity 10xx, record 11xx).
 */
export interface CodeRow {
  readonly number: number
  readonly status: number
  readonly meaning: string
}

const row = (number: number, status: number, meaning: string): CodeRow => ({ number, status, meaning })

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
  'overload.queue-full': row(120, 503, 'The node has more accepted work than it can order; try again.'),
  'overload.rate': row(121, 429, 'Too many requests from this address.'),
  'overload.streams': row(122, 503, 'The node has as many event streams open as it allows.'),
  'overload.pressure': row(123, 503, 'The node is too busy to answer; try again.'),

  // Reading.
  'read.not-found': row(200, 404, 'Nothing of that name that you may see.'),
  'read.range': row(201, 400, 'The index, size or range does not exist in this log.'),
  'read.no-export': row(203, 406, 'This read has no answer in the media type asked for.'),
  'read.no-endpoint': row(202, 404, 'There is no endpoint at this path.'),
  'receipt.form': row(220, 400, 'The receipt is malformed.'),
  'receipt.checkpoint': row(221, 400, 'No log key of this ledger signed the checkpoint of the receipt.'),
  'receipt.proof': row(222, 400, 'The entry or its header is not in the log that the checkpoint commits to.'),
  'receipt.entry': row(223, 400, 'The entry of the receipt is not a sound transaction or refusals leaf.'),
  'receipt.header': row(224, 400, 'The header of the receipt is not that of the block of its entry.'),
  'receipt.mismatch': row(225, 400, 'The receipt is not that of the transaction asked for.'),
  'token.missing': row(210, 401, 'This endpoint needs a token.'),
  'token.invalid': row(211, 401, 'The token is not valid here.'),
  'token.forbidden': row(212, 403, 'Your role may not read this.'),

  // Vault.
  'credential.form': row(240, 422, 'The credential is malformed or not the one the ledger names.'),
  'content.altered': row(
    230,
    422,
    'The content or its wrapped key was altered, cut, or is not for this key.',
  ),
  'content.address': row(231, 400, 'The bytes sent do not hash to the address they were sent to.'),
  'content.quota': row(232, 413, 'The member keeps as many bytes on this node as it may.'),
  'content.wraps': row(233, 409, 'The content has as many readers as it may.'),
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
  'ledger.halted': row(310, 503, 'The ledger stopped itself; see the log.'),
  'ledger.corrupt': row(311, 500, 'Stored data does not match its checksum.'),
  'ledger.genesis-mismatch': row(312, 500, 'The data folder belongs to another genesis.'),
  'ledger.rules-unknown': row(313, 500, 'This build does not know the rules version the ledger is at.'),
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
  'vault.write': row(330, 503, 'The vault could not write; nothing was taken.'),
  'vault.corrupt': row(331, 500, 'A stored private part does not match its checksum.'),

  // What the client finds by itself; no node answers with these.
  'client.key': row(340, 400, 'The text is not a private key in PKCS#8 PEM of the kind wanted.'),
  'client.unreachable': row(341, 503, 'The node could not be reached.'),
  'client.answer': row(342, 502, 'The node answered something that this protocol does not know.'),
  'client.timeout': row(343, 504, 'Time ran out before the result was there.'),
  'client.other-ledger': row(344, 409, 'The node keeps another ledger than the one expected.'),

  // Rules of identity.
  'identity.role': row(1000, 403, 'Your role may not do this.'),
  'identity.foreign-member': row(1001, 403, 'The actor belongs to another member than yours.'),
  'identity.actor-exists': row(1002, 409, 'An actor of this id is already enrolled.'),
  'identity.role-unfit': row(1003, 409, 'A member of your roles may not enrol an actor of this role.'),
  'identity.key-unsound': row(
    1004,
    409,
    'The key is not the canonical encoding of a point of the prime-order subgroup.',
  ),
  'identity.key-used': row(1005, 409, 'The key was enrolled before; a key is enrolled once.'),
  'identity.statement-invalid': row(1006, 409, 'The new key did not sign this statement.'),
  'identity.actor-unknown': row(1007, 409, 'No actor of this id that you may act on.'),
  'identity.subject-exists': row(1008, 409, 'The subject is already enrolled.'),
  'identity.subject-unknown': row(1009, 409, 'No facility has enrolled this subject.'),
  'identity.patient-unfit': row(1010, 409, 'The actor is not an active patient that may be named here.'),
  'identity.not-yours': row(1011, 403, 'You do not act for this subject.'),
  'identity.link-exists': row(1012, 409, 'This link has been offered already.'),
  'identity.link-self': row(1013, 409, 'A subject is not linked to itself.'),
  'identity.links-full': row(1014, 409, 'The subject has as many links as the parameters allow.'),
  'identity.key-inactive': row(1015, 409, 'The key is not the valid key of this actor.'),
  'identity.suspended': row(1016, 409, 'The actor is suspended already.'),
  'identity.not-suspended': row(1017, 409, 'The actor is not suspended.'),
  'identity.insured-differs': row(1018, 409, 'Another insured person is attested for this subject.'),
  'identity.not-facility': row(
    1019,
    403,
    'Only the key or a doctor of the facility of this subject may do this.',
  ),
  'identity.guardian-exists': row(1020, 409, 'The actor is guardian of this subject already.'),
  'identity.guardian-unknown': row(1021, 409, 'The actor is not guardian of this subject.'),
  'identity.guardian-time': row(1022, 409, 'The guardianship ends in the past or lasts too long.'),
  'identity.vouched': row(1023, 409, 'Your member vouches for this key already.'),
  'identity.recovery-waits': row(1024, 409, 'A recovery of this patient waits for its delay to pass.'),
  'identity.recovery-unknown': row(1025, 409, 'No recovery to this key waits.'),

  // Rules of record.
  'record.role': row(1100, 403, 'Your role does not write records.'),
  'record.not-facility': row(1101, 403, 'Your member did not enrol this subject.'),
  'record.not-yours': row(1102, 403, 'You do not act for this subject.'),
  'record.exists': row(1103, 409, 'The owner has a record of this id already.'),
  'record.in-future': row(1104, 409, 'The encounter lies in the future.'),
  'record.unknown': row(1105, 409, 'The owner has no record of this id about this subject.'),
  'record.not-latest': row(1106, 409, 'The version that is superseded is not the latest.'),
  'record.erased': row(1107, 409, 'The content of the record has been erased.'),
  'record.erase-reason': row(1108, 409, 'This reason is not for this signer to give.'),
  'record.retention': row(1109, 409, 'The time for which the record must be kept is not over.'),
  'record.commission-unfit': row(1110, 409, 'The member is not an active health commission.'),
  'record.report-exists': row(
    1111,
    409,
    'Your member has reported this month already; a cell is published once.',
  ),
  'record.cell-repeated': row(1112, 409, 'The cell stands twice.'),
  'record.cell-small': row(1113, 409, 'The count of the cell is too small to be shown.'),
  'record.rest-small': row(
    1114,
    409,
    'What the cells leave of the total is too small, or less than nothing.',
  ),

  // Rules of governance.
  'governance.role': row(1200, 403, 'Only the key of a member may do this.'),
  'governance.not-founding': row(1201, 403, 'Your member is not of the founding class.'),
  'governance.proposal-exists': row(1202, 409, 'Your member has made a proposal of this id.'),
  'governance.proposal-unknown': row(1203, 409, 'There is no such proposal of this member.'),
  'governance.proposal-closed': row(1204, 409, 'The proposal was adopted, withdrawn, or has expired.'),
  'governance.approved': row(1205, 409, 'Your member has approved the proposal already.'),
  'governance.member-unknown': row(1206, 409, 'No such member.'),
  'governance.member-status': row(1207, 409, 'The status of the member does not allow this change.'),
  'governance.founders-needed': row(1208, 409, 'No active member of the founding class would be left.'),
  'governance.seats-full': row(
    1209,
    409,
    'There are as many founding members or nodes as the parameters allow.',
  ),
  'governance.quorum-unreachable': row(1210, 409, 'Fewer members with nodes than the quorum would be left.'),
  'governance.node-unknown': row(1211, 409, 'The member has no node.'),
  'governance.parameter-unknown': row(1212, 409, 'These rules have no parameter of this name.'),
  'governance.parameter-range': row(1213, 409, 'The value lies beyond the bounds of the parameter.'),
  'governance.version': row(1214, 409, 'The rules version is not later than the present one.'),
  'governance.height': row(1215, 409, 'The height is not later than the present block.'),
  'governance.keys-equal': row(1216, 409, 'One key may not have two jobs.'),

  // Rules of consent.
  'consent.not-yours': row(1300, 403, 'You do not act for this subject.'),
  'consent.exists': row(1301, 409, 'You have granted a consent of this id already.'),
  'consent.grantee-unfit': row(1302, 409, 'The grantee is not active, or can not have this purpose.'),
  'consent.period': row(1303, 409, 'The consent ends before it begins, in the past, or lasts too long.'),
  'consent.case-missing': row(1304, 409, 'A consent for a claim must name its case.'),
  'consent.case-open': row(1305, 409, 'A consent of this case to this grantee is in force already.'),
  'consent.unknown': row(1306, 409, 'There is no such consent of this subject to this grantee.'),
  'consent.over': row(1307, 409, 'The consent was revoked or has expired.'),

  // Rules of access.
  'access.role': row(1400, 403, 'Your role may not do this.'),
  'access.grantee': row(1401, 403, 'You may ask for yourself or for your member only.'),
  'access.request-exists': row(1402, 409, 'Your member has made a request of this id.'),
  'access.not-yours': row(1403, 403, 'You do not act for this subject.'),
  'access.request-unknown': row(1404, 409, 'There is no such request to this subject.'),
  'access.request-over': row(1405, 409, 'The request was answered or has expired.'),
  'access.exists': row(1406, 409, 'You have used this access id.'),
  'access.no-notice': row(1407, 409, 'No fresh notice of yours announces this very opening.'),
  'access.opened': row(1408, 409, 'This access was used; each opening needs its own notice.'),
  'access.consent-unfit': row(1409, 403, 'There is no such consent of this subject to you.'),
  'access.consent-inactive': row(1410, 403, 'The consent is not in force.'),
  'access.purpose': row(1411, 403, 'The consent is for another purpose.'),
  'access.record-unfit': row(1412, 403, 'There is no such record of this subject that you may open so.'),
  'access.kind': row(1413, 403, 'The consent does not cover records of this kind.'),
  'access.case': row(1414, 403, 'The record does not belong to the case of the consent.'),
  'access.erased': row(1415, 409, 'The content of the record has been erased.'),
  'access.supervisor-unfit': row(1416, 409, 'The supervisor is not an active health commission.'),
  'access.unknown': row(1417, 409, 'There is no such emergency access for you to justify.'),
  'access.justified': row(1418, 409, 'The access was justified already.'),

  // Rules of certificate.
  'certificate.role': row(1500, 403, 'Your role, or that of your member, may not do this.'),
  'certificate.foreign': row(1501, 403, 'Another institution than yours is named.'),
  'certificate.not-facility': row(1502, 403, 'Your institution did not enrol this subject.'),
  'certificate.doctor-unfit': row(1503, 409, 'The doctor is not an active doctor of the institution.'),
  'certificate.exam-exists': row(1504, 409, 'The institution has recorded an exam of this id.'),
  'certificate.in-future': row(1505, 409, 'The specimen lies in the future.'),
  'certificate.exam-unknown': row(1506, 409, 'The institution has no such exam of this subject.'),
  'certificate.exam-old': row(1507, 409, 'A later exam of this subject is known.'),
  'certificate.exam-used': row(1508, 409, 'A certificate that was not revoked rests on this exam.'),
  'certificate.unfit': row(1509, 409, 'The exam found a disease that keeps from this work.'),
  'certificate.exists': row(1510, 409, 'The institution has issued a certificate of this id.'),
  'certificate.period': row(1511, 409, 'The validity is not in order, or ends too long after the exam.'),
  'certificate.unknown': row(1512, 409, 'There is no such certificate of this subject.'),
  'certificate.over': row(1513, 409, 'The certificate is revoked or has expired.'),
  'certificate.suspended': row(1514, 409, 'The certificate is suspended already.'),
  'certificate.not-suspended': row(1515, 409, 'The certificate is not suspended.'),
  'certificate.renewed': row(1516, 409, 'The certificate has been renewed already.'),
  'certificate.not-concerned': row(1517, 403, 'You speak neither for the enterprise nor for the holder.'),
  'certificate.not-valid': row(1518, 409, 'The certificate is not valid now.'),
  'certificate.trade': row(1519, 409, 'The trade is not that of the certificate or of the offer.'),
  'certificate.enterprise-unfit': row(
    1520,
    409,
    'The enterprise is not active, or not registered for this trade.',
  ),
  'certificate.offered': row(1521, 409, 'Your side has offered already; the other has to agree.'),
  'certificate.employed': row(1522, 409, 'Enterprise and holder have agreed already.'),
  'certificate.not-employed': row(1523, 409, 'There is no such employment or offer.'),
  'certificate.inspection-exists': row(1524, 409, 'Your member has recorded an inspection of this id.'),
  'certificate.counts': row(1525, 409, 'More people lack a certificate than were checked.'),
} as const satisfies Record<string, CodeRow>

export type Code = keyof typeof CODES

const byNumber = new Map<number, Code>(
  (Object.keys(CODES) as Code[]).map((code) => [CODES[code].number, code]),
)

/** The code of a number, as it stands in a refusal leaf; undefined where no row has it. */
export const codeOfNumber = (number: number): Code | undefined => byNumber.get(number)
