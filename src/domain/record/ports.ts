/** What other modules may know of records. */
import type { Json } from '../../protocol/index.ts'
import type { Actor, Context } from '../contract.ts'
import type { RecordStep, RecordView } from '../ports.ts'
import { splitReference } from '../table.ts'
import { quotaBytes } from './quota.ts'
import { findLatestRow, RECORDS, VERSIONS } from './state.ts'

/** The port `record.find`. */
export function findRecord(context: Context, reference: string): RecordView | undefined {
  const [owner, recordId] = splitReference(reference)
  const row = RECORDS.get(context.state, owner, recordId)
  if (row === undefined) return undefined
  const { contentHash, vaultHash, bytes } = row.latest
  const { subject, kind, encounterAt, caseRef } = row
  const erased = row.erasure !== undefined
  return { owner, subject, kind, encounterAt, contentHash, vaultHash, bytes, caseRef, erased }
}

/** The port `record.ofSubject`. */
export function listRecords(
  context: Context,
  subject: string,
  limit: number,
  cursor: string | undefined,
): readonly RecordStep[] {
  return referencesOf(RECORDS.indexes.ofSubject.list(context.state, [subject], { limit, after: cursor }))
}

/** The port `record.ofCase`. */
export function listRecordsOfCase(
  context: Context,
  subject: string,
  caseRef: string,
  limit: number,
  cursor: string | undefined,
): readonly RecordStep[] {
  return referencesOf(
    RECORDS.indexes.ofCase.list(context.state, [subject, caseRef], { limit, after: cursor }),
  )
}

const referencesOf = (rows: readonly { readonly id: readonly string[] }[]): readonly RecordStep[] =>
  rows.map(({ id }) => ({ key: id.join('/'), ref: id.join(':') }))

/** The port `record.latest`. */
export function findLatest(
  context: Context,
  subject: string,
  kind: string,
): { record: string; encounterAt: number } | undefined {
  const row = findLatestRow(context.state, subject, kind)
  return row === undefined || findRecord(context, row.record)?.erased ? undefined : row
}

/** The port `record.contents`. */
export function listContents(context: Context, reference: string): readonly string[] {
  const [owner, recordId] = splitReference(reference)
  const row = RECORDS.get(context.state, owner, recordId)
  if (row === undefined) return []
  const before = VERSIONS.list(context.state, [owner, recordId], { limit: row.version })
  const versions = [...before.map(({ value }) => value), row.latest]
  return [...new Set(versions.flatMap(({ vaultHash }) => vaultHash ?? []))]
}

/**
 * The port `record.contentOwner`. Owners are those of records: a patient owns what it brings, a member what its people
 * do.
 */
export function contentOwner(
  context: Context,
  { role, actor, member }: Actor,
): { readonly owner: string; readonly bytesMax: number | undefined } {
  return role === 'patient'
    ? { owner: actor, bytesMax: quotaBytes(context, actor) }
    : { owner: member, bytesMax: undefined }
}

/** The port `record.erasedContents`. */
export function erasedContents(
  context: Context,
  signer: string,
  payload: Json,
): { readonly owner: string; readonly addresses: readonly string[] } {
  const { recordId } = payload as { readonly recordId: string }
  const standing = context.port('identity.actor')(signer)
  const owner = standing?.role === 'patient' ? signer : signer.split(':', 1)[0]!
  return { owner, addresses: listContents(context, `${owner}:${recordId}`) }
}
