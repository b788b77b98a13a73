/**
 * What may be asked of data sets. A platform sees what it can add and what it has, every reader what is published, a
 * buyer with a license the rows: recomputing the root from them shows that it got all and only them, and a proof shows
 * the same of one row.
 */
import Type from 'typebox'
import type { Context, ReadContext } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { actsFor, anyOf, everyone, only, staff, staffOf } from '../rights.ts'
import { isStaff, isStaffOf } from '../roles.ts'
import { Fields, Hash, LocalId, OneOf, omit, pick, Reference, type RowOf, Subject, Time } from '../schema.ts'
import { type Entry, splitReference } from '../table.ts'
import { leafOf, proveRow, RowLeaf, rowHash } from './row-tree.ts'
import {
  DATASETS,
  DatasetRow,
  indexKey,
  LICENSE_STATES,
  LICENSES,
  LicenseRow,
  licenseState,
  ROWS,
  RowCount,
  RowRow,
  SUBMISSIONS,
  TILES,
} from './state.ts'

const accepted = defineList({
  path: '/accepted',
  summary: 'Accepted submissions of a community that no data set has yet, the oldest first.',
  query: Fields({ community: Reference }),
  answer: Fields({ submission: Reference, subject: Subject, acceptedAt: Time }),
  patientData: true,
  find({ query }) {
    const [platform, communityId] = splitReference(query.community)
    return { platform, communityId }
  },
  for: staffOf('platform'),
  over: SUBMISSIONS.indexes.accepted,
  under: ({ found }) => [found.platform, found.communityId],
  show: ({ by, submissionId, subject }, _, key) => ({
    submission: `${by}:${submissionId}`,
    subject,
    acceptedAt: Number(key.time),
  }),
})

const DatasetAnswer = Fields({
  ref: Reference,
  community: Reference,
  ...pick(DatasetRow, 'rows', 'people', 'openedAt', 'rewardedRows'),
  root: Type.Optional(Hash),
  publishedAt: Type.Optional(Time),
  state: OneOf(['OPEN', 'PUBLISHED']),
})

const known = anyOf(
  staffOf('platform'),
  only(
    'once it is published any enrolled reader',
    (_, { publication }: DatasetRow) => publication !== undefined,
  ),
)

function showDataset({
  platform,
  datasetId,
  community,
  publication,
  subtrees: _,
  ...row
}: Entry<['platform', 'datasetId'], DatasetRow>): RowOf<typeof DatasetAnswer> {
  const shown = { ...row, ref: `${platform}:${datasetId}`, community: `${platform}:${community}` }
  if (publication === undefined) return { ...shown, state: 'OPEN' }
  return { ...shown, state: 'PUBLISHED', root: publication.root, publishedAt: publication.at }
}

const datasets = defineList({
  path: '/datasets',
  summary: 'Data sets of a platform.',
  query: Fields({ platform: LocalId }),
  answer: DatasetAnswer,
  patientData: false,
  for: everyone,
  over: DATASETS,
  under: ({ query }) => [query.platform],
  each: known,
  show: showDataset,
})

const dataset = defineRead({
  path: '/datasets/:ref',
  summary: 'One data set.',
  query: Fields({ ref: Reference }),
  answer: DatasetAnswer,
  patientData: false,
  find: ({ state, query }) => DATASETS.find(state, query.ref),
  for: known,
  show: ({ ref: _, ...found }) => showDataset(found),
})

interface Named {
  readonly platform: string
  readonly datasetId: string
}

/** Whether the reader speaks for a buyer that has paid for the data set. */
function isLicensed(
  { state, reader, parameter }: ReadContext<unknown>,
  { platform, datasetId }: Named,
): boolean {
  if (!isStaff(reader)) return false
  const { ofBuyer } = LICENSES.indexes
  const prefix = [reader.member, platform, datasetId]
  return ofBuyer
    .list(state, prefix, { limit: parameter('licensesMax') })
    .some(({ id }) => ofBuyer.at(state, [...prefix, ...id]).acceptedAt !== undefined)
}

const buyer = only('staff of a buyer that has paid for it', isLicensed)

const submissionOf = (context: Context, reference: string) => SUBMISSIONS.find(context.state, reference)!

const rows = defineList({
  path: '/datasets/:ref/rows',
  summary:
    'Every row of a data set in order, with its leaf and leaf hash; the platform also sees whose it is.',
  query: Fields({ ref: Reference }),
  answer: Fields({
    index: RowCount,
    leaf: RowLeaf,
    leafHash: Hash,
    ...Type.Partial(RowRow).properties,
  }),
  patientData: true,
  find({ query }) {
    const [platform, datasetId] = splitReference(query.ref)
    return { platform, datasetId }
  },
  for: anyOf(buyer, staffOf('platform')),
  over: ROWS,
  under: ({ found }) => [found.platform, found.datasetId],
  show({ platform, datasetId: _, index, ...row }, context) {
    const leaf = leafOf(submissionOf(context, row.submission))
    const shown = { index: Number(index), leaf, leafHash: rowHash(context.crypto, leaf) }
    return isStaffOf(context.reader, platform) ? { ...shown, ...row } : shown
  },
})

const proof = defineRead({
  path: '/datasets/:ref/proofs/:index',
  summary: 'That a row is in a published data set, by inclusion proof (RFC 9162).',
  query: Fields({ ref: Reference, index: RowCount }),
  answer: Fields({
    index: RowCount,
    size: RowCount,
    root: Hash,
    leaf: RowLeaf,
    leafHash: Hash,
    hashes: Type.Array(Hash),
  }),
  patientData: true,
  find(context) {
    const { ref, index } = context.query
    const found = DATASETS.find(context.state, ref)
    if (found?.publication === undefined || index >= found.rows) return undefined
    const submission = rowAt(context, found, index)
    return { ...found, root: found.publication.root, submission, subject: submission.subject }
  },
  for: anyOf(buyer, staffOf('platform'), actsFor('subject')),
  show(found, context) {
    const { state, crypto, query } = context
    const { rows: size, root } = found
    const leaf = leafOf(found.submission)
    const tree = {
      size,
      rowHash: (at: number) => rowHash(crypto, leafOf(rowAt(context, found, at))),
      tileRoot: (at: number) => TILES.get(state, found.platform, found.datasetId, indexKey(at))!.root,
    }
    const hashes = proveRow(crypto, tree, query.index)
    return { index: query.index, size, root, leaf, leafHash: rowHash(crypto, leaf), hashes }
  },
})

/** The submission that is a row of a data set. */
const rowAt = (context: Context, { platform, datasetId }: Named, index: number) =>
  submissionOf(context, ROWS.get(context.state, platform, datasetId, indexKey(index))!.submission)

const LicenseAnswer = Fields({
  dataset: Reference,
  licenseId: LocalId,
  ...omit(LicenseRow, 'offeredBy'),
  state: OneOf(LICENSE_STATES),
})

function showLicense(
  found: Entry<['platform', 'datasetId', 'licenseId'], LicenseRow>,
  context: Context,
): RowOf<typeof LicenseAnswer> {
  const { platform, datasetId, offeredBy: _, ...shown } = found
  return { dataset: `${platform}:${datasetId}`, ...shown, state: licenseState(context, found) }
}

const licenses = defineList({
  path: '/licenses',
  summary: 'Licenses of a data set.',
  query: Fields({ dataset: Reference }),
  answer: LicenseAnswer,
  patientData: false,
  find({ query }) {
    const [platform, datasetId] = splitReference(query.dataset)
    return { platform, datasetId }
  },
  for: staffOf('platform'),
  over: LICENSES,
  under: ({ found }) => [found.platform, found.datasetId],
  show: showLicense,
})

const offered = defineList({
  path: '/offered',
  summary: 'Licenses that were offered to the reader’s member, and how they stand.',
  query: Fields({}),
  answer: LicenseAnswer,
  patientData: false,
  for: staff,
  over: LICENSES.indexes.ofBuyer,
  under: ({ reader }) => [reader.member],
  show: showLicense,
})

export const datasetReads = [accepted, datasets, dataset, rows, proof, licenses, offered]
