/**
 * Rules about data sets: a platform adds accepted submissions, each under a research consent, batch by batch, and
 * publishes what it added under the Merkle root of the rows. Root and number of people are computed here; what the
 * platform says must agree.
 */
import Type from 'typebox'
import { FEEDBACK_BATCH_ROWS_MAX } from '../../base/index.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { ownMember } from '../roles.ts'
import { Fields, Hash, LocalId } from '../schema.ts'
import { splitReference } from '../table.ts'
import { requireCommunity, requirePlatform } from './communities.ts'
import { appendRow, leafOf, rootOf, rowHash, TILE_ROWS } from './row-tree.ts'
import {
  COMMUNITIES,
  DATASETS,
  type DatasetRow,
  indexKey,
  MEMBERS,
  ROWS,
  RowCount,
  RowRow,
  SUBMISSIONS,
  type SubmissionRow,
  TILES,
} from './state.ts'

const batch = Fields({
  datasetId: LocalId,
  communityId: LocalId,
  fromRow: RowCount,
  rows: Type.Array(RowRow, { minItems: 1, maxItems: FEEDBACK_BATCH_ROWS_MAX }),
})
type Adding = RuleContext<Type.Static<typeof batch>>
type Row = Type.Static<typeof RowRow>

export const addRows = defineVerb({
  summary: 'A platform adds accepted, consented submissions to its open data set of a community, in order.',
  signers: 'platform: key, employee',
  payload: batch,
  parties: ownMember,
  rule(context) {
    const { payload, signer, state } = context
    const { datasetId, communityId, rows } = payload
    requirePlatform(context)
    let dataset = requireOpenDataset(context)
    if (payload.fromRow !== dataset.rows) {
      context.refuse('feedback.row-order', { field: '/payload/fromRow' })
    }
    if (dataset.rows + rows.length > context.parameter('rowsMax')) {
      context.refuse('feedback.rows-full', { field: '/payload/rows' })
    }
    for (const [i, row] of rows.entries()) dataset = addRow(context, dataset, row, `/payload/rows/${i}`)
    DATASETS.put(state, dataset, signer.member, datasetId)
    const community = COMMUNITIES.get(state, signer.member, communityId)!
    if (community.openDataset === undefined) {
      COMMUNITIES.put(state, { ...community, openDataset: datasetId }, signer.member, communityId)
    }
  },
})

/** The data set as it stands, new where there is none; a community has one open at a time. */
function requireOpenDataset(context: Adding): DatasetRow {
  const { payload, signer, state, time } = context
  const { datasetId, communityId } = payload
  const community = requireCommunity(context, `${signer.member}:${communityId}`)
  const before = DATASETS.get(state, signer.member, datasetId)
  if (before?.publication !== undefined) {
    context.refuse('feedback.published', { field: '/payload/datasetId' })
  }
  if (
    (community.openDataset ?? datasetId) !== datasetId ||
    (before?.community ?? communityId) !== communityId
  ) {
    context.refuse('feedback.dataset-open', { field: '/payload/datasetId' })
  }
  return (
    before ?? { community: communityId, rows: 0, people: 0, openedAt: time, subtrees: [], rewardedRows: 0 }
  )
}

function addRow(context: Adding, dataset: DatasetRow, row: Row, at: string): DatasetRow {
  const { payload, signer, state, crypto } = context
  const { datasetId } = payload
  const id = splitReference(row.submission)
  const submission = requireRow(context, row, at)
  const index = dataset.rows
  const inclusion = { dataset: `${signer.member}:${datasetId}`, index }
  SUBMISSIONS.put(state, { ...submission, inclusion }, ...id)
  ROWS.put(state, row, signer.member, datasetId, indexKey(index))

  const { subtrees, tile } = appendRow(crypto, dataset.subtrees, index, rowHash(crypto, leafOf(submission)))
  if (tile !== undefined) {
    TILES.put(state, { root: tile }, signer.member, datasetId, indexKey((index + 1) / TILE_ROWS - 1))
  }
  const people = dataset.people + (countPerson(context, submission.subject) ? 1 : 0)
  return { ...dataset, rows: index + 1, people, subtrees }
}

/** The submission, where it is an accepted one of this community, in no data set yet, and its subject consents. */
function requireRow(context: Adding, row: Row, at: string): SubmissionRow {
  const { payload, signer, state } = context
  // The consent first: without one the platform learns of no submission.
  const consent = context.port('consent.find')(row.consent)
  const isConsented =
    consent?.active &&
    consent.purpose === 'research' &&
    consent.grantee === signer.member &&
    consent.kinds.includes('QuestionnaireResponse')
  if (!isConsented) return context.refuse('feedback.row-consent', { field: `${at}/consent` })
  const submission = SUBMISSIONS.get(state, ...splitReference(row.submission))
  const isFit =
    submission?.subject === consent.subject &&
    submission.community === `${signer.member}:${payload.communityId}` &&
    submission.review?.verdict === 'accepted' &&
    submission.inclusion === undefined
  return isFit ? submission : context.refuse('feedback.row-unfit', { field: `${at}/submission` })
}

/** Whether the person behind a subject is new to the data set; remembers it. */
function countPerson(context: Adding, subject: string): boolean {
  const { payload, signer, state } = context
  const { datasetId, communityId } = payload
  // Its identity was attested when it joined, and an attestation is never taken back.
  const insured = context.port('identity.insuredOf')(subject)!
  const member = MEMBERS.get(state, insured, signer.member, communityId)!
  if (member.dataset === datasetId) return false
  MEMBERS.put(state, { ...member, dataset: datasetId }, insured, signer.member, communityId)
  return true
}

export const publishDataset = defineVerb({
  summary: 'A platform publishes its open data set: rows, Merkle root and people as the rule finds them.',
  signers: 'platform: key, employee',
  payload: Fields({ datasetId: LocalId, rows: RowCount, root: Hash, people: RowCount }),
  parties: ownMember,
  rule(context) {
    const { payload, signer, state, time, crypto } = context
    const { datasetId, rows, root, people } = payload
    requirePlatform(context)
    const dataset =
      DATASETS.get(state, signer.member, datasetId) ??
      context.refuse('feedback.dataset-unknown', { field: '/payload/datasetId' })
    if (dataset.publication !== undefined) {
      context.refuse('feedback.published', { field: '/payload/datasetId' })
    }
    if (rows !== dataset.rows) context.refuse('feedback.rows-differ', { field: '/payload/rows' })
    if (root !== rootOf(crypto, dataset.subtrees)) {
      context.refuse('feedback.root-differs', { field: '/payload/root' })
    }
    if (people !== dataset.people) context.refuse('feedback.people-differ', { field: '/payload/people' })
    if (people < context.parameter('peopleMin')) {
      context.refuse('feedback.too-few-people', { field: '/payload/people' })
    }
    const publication = { root, by: signer.actor, at: time }
    DATASETS.put(state, { ...dataset, subtrees: [], publication }, signer.member, datasetId)
    const { openDataset: _, ...community } = COMMUNITIES.get(state, signer.member, dataset.community)!
    COMMUNITIES.put(state, community, signer.member, dataset.community)
  },
})
