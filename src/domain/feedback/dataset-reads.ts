/**
 * What may be asked of data sets. A platform sees what it can add and what it has, every reader what is published, a buyer with a license
 * the rows: recomputing the root from them shows that it got all and only them, and a proof shows the same of one row.
 */
import Type from 'typebox'
import type { Context, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaff, isStaffOf } from '../roles.ts'
import { Fen, Fields, Hash, LocalId, Name, Reference, Subject, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { ROW_COUNT } from './datasets.ts'
import { leafOf, proveRow, rowHash } from './row-tree.ts'
import {
  ACCEPTED,
  DATASETS,
  type DatasetRow,
  indexKey,
  LICENSES,
  LICENSES_OF,
  type LicenseRow,
  licenseState,
  ROWS,
  SUBMISSIONS,
  type SubmissionRow,
  TILES,
} from './state.ts'

const accepted = defineOldRead({
  path: '/accepted',
  summary: 'Accepted submissions of a community that no data set has yet, the oldest first: its platform.',
  query: Fields({ community: Reference }),
  answer: Fields({ submission: Reference, subject: Subject, acceptedAt: Time }),
  list: true,
  patientData: true,
  run(context) {
    const [platform, community] = splitReference(String(context.query.community))
    if (!isStaffOf(context.reader, platform)) return undefined
    return readPage(context, ACCEPTED, [platform, community], ({ id: [at = '', ...owned], value }) => ({
      submission: owned.join(':'),
      subject: value.subject,
      acceptedAt: Number(at),
    }))
  },
})

const DatasetAnswer = Fields({
  ref: Reference,
  community: Reference,
  rows: ROW_COUNT,
  people: ROW_COUNT,
  openedAt: Time,
  root: Type.Optional(Hash),
  publishedAt: Type.Optional(Time),
  rewardedRows: ROW_COUNT,
  state: Name,
})

/** A data set to a reader that may know of it: once it is published everyone, before that its platform. */
function showDataset({ reader }: ReadContext, platform: string, local: string, row: DatasetRow) {
  const { community, rows, people, openedAt, publication, rewardedRows } = row
  if (publication === undefined && !isStaffOf(reader, platform)) return undefined
  const base = { ref: `${platform}:${local}`, community: `${platform}:${community}`, rows, people, openedAt }
  const state = publication === undefined ? 'OPEN' : 'PUBLISHED'
  const shown = { ...base, rewardedRows, state }
  return publication === undefined ? shown : { ...shown, root: publication.root, publishedAt: publication.at }
}

const datasets = defineOldRead({
  path: '/datasets',
  summary: 'Data sets of a platform: its staff, and what is published every enrolled reader.',
  query: Fields({ platform: LocalId }),
  answer: DatasetAnswer,
  list: true,
  patientData: false,
  run(context) {
    const platform = String(context.query.platform)
    return readPage(context, DATASETS, [platform], ({ id: [local = ''], value }) =>
      showDataset(context, platform, local, value),
    )
  },
})

const dataset = defineOldRead({
  path: '/datasets/:ref',
  summary: 'One data set: its platform, and once it is published every enrolled reader.',
  query: Fields({ ref: Reference }),
  answer: DatasetAnswer,
  list: false,
  patientData: false,
  run(context) {
    const id = splitReference(String(context.query.ref))
    const row = DATASETS.get(context.state, ...id)
    return row && showDataset(context, ...id, row)
  },
})

/** Whether the reader speaks for a buyer that has paid for the data set. */
function isLicensed({ state, reader, parameter }: ReadContext, platform: string, local: string): boolean {
  if (!isStaff(reader)) return false
  const limit = parameter('licensesMax')
  return LICENSES_OF.list(state, [reader.member, platform, local], { limit }).some(
    ({ id: [license = ''] }) => LICENSES.get(state, platform, local, license)!.acceptedAt !== undefined,
  )
}

const leaf = {
  contentHash: Hash,
  periodFrom: Time,
  periodTo: Time,
  serious: Type.Boolean(),
  vaultHash: Hash,
}

const submissionOf = (context: Context, reference: string): SubmissionRow =>
  SUBMISSIONS.get(context.state, ...splitReference(reference))!

const rows = defineOldRead({
  path: '/datasets/:ref/rows',
  summary:
    'Every row of a data set in order, with its leaf and leaf hash: a licensed buyer, and the platform, which also sees whose it is.',
  query: Fields({ ref: Reference }),
  answer: Fields({
    index: ROW_COUNT,
    leaf: Fields(leaf),
    leafHash: Hash,
    submission: Type.Optional(Reference),
    consent: Type.Optional(Reference),
  }),
  list: true,
  patientData: true,
  run(context) {
    const [platform, local] = splitReference(String(context.query.ref))
    const isPlatform = isStaffOf(context.reader, platform)
    if (!isPlatform && !isLicensed(context, platform, local)) return undefined
    return readPage(context, ROWS, [platform, local], ({ id: [index = ''], value }) => {
      const row = leafOf(submissionOf(context, value.submission))
      const shown = { index: Number(index), leaf: row, leafHash: rowHash(context.crypto, row) }
      return isPlatform ? { ...shown, ...value } : shown
    })
  },
})

const proof = defineOldRead({
  path: '/datasets/:ref/proofs/:index',
  summary:
    'That a row is in a published data set, by inclusion proof (RFC 9162): licensed buyer, platform, and whoever acts for the patient.',
  query: Fields({ ref: Reference, index: ROW_COUNT }),
  answer: Fields({
    index: ROW_COUNT,
    size: ROW_COUNT,
    root: Hash,
    leaf: Fields(leaf),
    leafHash: Hash,
    hashes: Type.Array(Hash),
  }),
  list: false,
  patientData: true,
  run(context) {
    const { state, crypto, reader, query } = context
    const [platform, local] = splitReference(String(query.ref))
    const index = Number(query.index)
    const { publication, rows: size } = DATASETS.get(state, platform, local) ?? {}
    if (publication === undefined || size === undefined || index >= size) return undefined
    const submissionAt = (at: number): SubmissionRow =>
      submissionOf(context, ROWS.get(state, platform, local, indexKey(at))!.submission)
    const { subject, ...row } = submissionAt(index)
    const isBuyerOrPlatform = isStaffOf(reader, platform) || isLicensed(context, platform, local)
    if (!isBuyerOrPlatform && !context.port('identity.actsFor')(reader, subject)) return undefined
    const shown = leafOf({ subject, ...row })
    const tree = {
      size,
      rowHash: (at: number) => rowHash(crypto, leafOf(submissionAt(at))),
      tileRoot: (at: number) => TILES.get(state, platform, local, indexKey(at))!.root,
    }
    const hashes = [...proveRow(crypto, tree, index)]
    return { index, size, root: publication.root, leaf: shown, leafHash: rowHash(crypto, shown), hashes }
  },
})

const LicenseAnswer = Fields({
  dataset: Reference,
  licenseId: LocalId,
  buyer: LocalId,
  price: Fen,
  patientReward: Fen,
  doctorReward: Fen,
  platformFee: Fen,
  offeredAt: Time,
  acceptedAt: Type.Optional(Time),
  settledRows: ROW_COUNT,
  settledAt: Type.Optional(Time),
  state: Name,
})

function showLicense(context: Context, dataset: string, licenseId: string, row: LicenseRow) {
  const { offeredBy: _, ...shown } = row
  return { dataset, licenseId, ...shown, state: licenseState(context, row) }
}

const licenses = defineOldRead({
  path: '/licenses',
  summary: 'Licenses of a data set: staff of its platform.',
  query: Fields({ dataset: Reference }),
  answer: LicenseAnswer,
  list: true,
  patientData: false,
  run(context) {
    const ref = String(context.query.dataset)
    const id = splitReference(ref)
    if (!isStaffOf(context.reader, id[0])) return undefined
    return readPage(context, LICENSES, id, ({ id: [licenseId = ''], value }) =>
      showLicense(context, ref, licenseId, value),
    )
  },
})

const offered = defineOldRead({
  path: '/offered',
  summary: 'Licenses that were offered to the reader’s member, and how they stand: its staff.',
  query: Fields({}),
  answer: LicenseAnswer,
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(
      context,
      LICENSES_OF,
      [reader.member],
      ({ id: [platform = '', local = '', licenseId = ''] }) =>
        showLicense(
          context,
          `${platform}:${local}`,
          licenseId,
          LICENSES.get(context.state, platform, local, licenseId)!,
        ),
    )
  },
})

export const datasetReads = [accepted, datasets, dataset, rows, proof, licenses, offered]
