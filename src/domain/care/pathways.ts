/**
 * Rules about pathways: provider and payer agree on steps, an outcome and a price. The price is held from the payer
 * until the steps that must be and the outcome are attested.
 */
import Type from 'typebox'
import { PATHWAY_STEPS_MAX } from '../../base/index.ts'
import { canonicalJson } from '../../protocol/index.ts'
import type { Actor, Party, PortContext, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { CLINICIANS, hasMemberRole, isDesk, isParty, MEMBER, partyOf } from '../roles.ts'
import { ActorId, Amount, Fields, LocalId, Reference, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { PAYER_ROLES } from './episodes.ts'
import {
  attestationOf,
  PATHWAYS,
  type PathwayRow,
  type PathwayState,
  type PathwayTerms,
  type PathwayTimes,
  pathwayHold,
  pathwayState,
} from './state.ts'

export const signPathway = defineVerb({
  summary: 'Provider, then payer sign the same terms; with the second signature the price is held.',
  signers: 'key or employee of the provider; then the payer itself',
  payload: Fields({
    provider: LocalId,
    pathwayId: LocalId,
    subject: Subject,
    payer: ActorId,
    steps: Type.Array(Fields({ step: LocalId, mandatory: Type.Boolean() }), {
      minItems: 1,
      maxItems: PATHWAY_STEPS_MAX,
    }),
    price: Amount,
    dueBy: Time,
    assessor: ActorId,
    arbiter: ActorId,
  }),
  privatePart: 'optional',
  parties: ({ subject, provider, payer, assessor, arbiter }): Party[] => [
    { subject },
    { member: provider },
    ...[payer, assessor, arbiter].map(partyOf),
  ],
  rule(context) {
    const { payload, signer } = context
    if (signer.member === payload.provider && isDesk(signer)) offer(context)
    else if (isPayer(signer, payload.payer)) sign(context)
    else context.refuse('care.role')
  },
})

type Signing = RuleContext<PathwayTerms & { readonly provider: string; readonly pathwayId: string }>

/** A person pays by its key, a member by the member's own. */
export const isPayer = (signer: Actor, payer: string): boolean => signer.actor === payer

function offer(context: Signing): void {
  const { payload, signer, state, time } = context
  const { provider, pathwayId, ...terms } = payload
  if (PATHWAYS.has(state, provider, pathwayId)) context.refuse('care.exists', { field: '/payload/pathwayId' })
  if (context.port('identity.facilityOf')(terms.subject) !== provider) {
    context.refuse('care.not-facility', { field: '/payload/subject' })
  }
  requireTerms(context)
  const row: PathwayRow = { ...terms, offer: { by: signer.actor, at: time }, attestations: [] }
  PATHWAYS.put(state, row, provider, pathwayId)
}

function sign(context: Signing): void {
  const { payload, signer, state, time } = context
  const { provider, pathwayId, ...terms } = payload
  const refuseUnknown = () => context.refuse('care.unknown', { field: '/payload/pathwayId' })
  const row = PATHWAYS.get(state, provider, pathwayId) ?? refuseUnknown()
  const offered: PathwayTerms = {
    subject: row.subject,
    payer: row.payer,
    steps: row.steps,
    price: row.price,
    dueBy: row.dueBy,
    assessor: row.assessor,
    arbiter: row.arbiter,
  }
  if (canonicalJson(offered) !== canonicalJson(terms)) context.refuse('care.terms')
  if (row.signature !== undefined) context.refuse('care.signed')
  if (stateOf(context, row) !== 'OFFERED' || time >= row.dueBy) context.refuse('care.offer-over')
  const hold = { from: row.payer, currency: 'cny-fen', amount: row.price } as const
  context.port('settlement.hold')(pathwayHold(`${provider}:${pathwayId}`), hold)
  PATHWAYS.put(state, { ...row, signature: { by: signer.actor, at: time } }, provider, pathwayId)
}

function requireTerms(context: Signing): void {
  const { steps, price, dueBy } = context.payload
  const names = new Set(steps.map(({ step }) => step))
  if (names.size < steps.length || !steps.some(({ mandatory }) => mandatory)) {
    context.refuse('care.steps', { field: '/payload/steps' })
  }
  if (price > context.parameter('pathwayPriceMax')) context.refuse('care.cap', { field: '/payload/price' })
  const ahead = dueBy - context.time
  if (ahead <= 0 || ahead > context.parameter('pathwaySecondsMax')) {
    context.refuse('care.period', { field: '/payload/dueBy' })
  }
  requirePeople(context)
}

/** Who pays, who says whether the outcome was reached, and who decides a dispute: none of them the provider. */
function requirePeople(context: Signing): void {
  const { provider, subject, payer, assessor, arbiter } = context.payload
  const find = context.port('identity.actor')
  const paying = find(payer)
  const isInsurer = paying?.role === MEMBER && hasMemberRole(paying.memberRoles, PAYER_ROLES)
  const isPatient = paying !== undefined && context.port('identity.actsFor')({ actor: payer }, subject)
  if (!paying?.active || payer === provider || !(isInsurer || isPatient)) {
    context.refuse('care.payer-unfit', { field: '/payload/payer' })
  }
  const assessing = find(assessor)
  const isProviders = assessing?.member === provider && assessing.role !== 'patient'
  if (!assessing?.active || assessing.role === 'scale' || isProviders) {
    context.refuse('care.assessor-unfit', { field: '/payload/assessor' })
  }
  const deciding = find(arbiter)
  const isSide = deciding !== undefined && [provider, paying.member].includes(deciding.member)
  const isPatients = deciding !== undefined && context.port('identity.actsFor')({ actor: arbiter }, subject)
  if (!deciding?.active || deciding.role === 'scale' || isSide || isPatients) {
    context.refuse('care.arbiter-unfit', { field: '/payload/arbiter' })
  }
}

/** Fields that name a pathway and whom it concerns. */
export const pathwayFields = { pathway: Reference, subject: Subject, payer: ActorId }
export interface NamedPathway {
  readonly pathway: string
  readonly subject: string
  readonly payer: string
}

export const pathwayParties = ({ pathway, subject, payer }: NamedPathway): Party[] => [
  { subject },
  { member: splitReference(pathway)[0] },
  partyOf(payer),
]

/** Party to a dispute besides. */
export const arbiterParty = partyOf

/** The pathway that the payload names, where the signer is party to it; its subject and payer must be the pathway's. */
export function requirePathway(context: RuleContext<NamedPathway>): PathwayRow {
  const { pathway, subject, payer } = context.payload
  const row = PATHWAYS.get(context.state, ...splitReference(pathway))
  const isThis = row?.subject === subject && row.payer === payer
  const called = isThis ? [partyOf(row.assessor), partyOf(row.arbiter)] : []
  const parties = [...called, ...pathwayParties(context.payload)]
  if (!isThis || !isParty(context.port, context.signer, parties)) {
    return context.refuse('care.unknown', { field: '/payload/pathway' })
  }
  return row
}

export const timesOf = (context: { parameter(name: string): number }): PathwayTimes => ({
  offerSeconds: context.parameter('offerSeconds'),
  arbitrationSeconds: context.parameter('arbitrationSeconds'),
})

export const stateOf = (context: PortContext, row: PathwayRow): PathwayState =>
  pathwayState(row, context.time, timesOf(context))

/** Refuses a pathway that is not signed, or settled; one in dispute unless that is what is wanted. */
export function requireState(context: PortContext, row: PathwayRow, wanted: 'ACTIVE' | 'running'): void {
  const current = stateOf(context, row)
  if (row.settled !== undefined) context.refuse('care.over', { field: '/payload/pathway' })
  if (row.signature === undefined) context.refuse('care.not-active', { field: '/payload/pathway' })
  if (wanted === 'ACTIVE' && current === 'DISPUTED') context.refuse('care.disputed')
}

export const attestStep = defineVerb({
  summary:
    'A clinician of the provider attests that a step was done, with the record of it where there is one.',
  signers: 'key, doctor, nurse or pharmacist of the provider',
  payload: Fields({ ...pathwayFields, step: LocalId, record: Type.Optional(Reference) }),
  parties: pathwayParties,
  rule(context) {
    const { payload, signer, state, time } = context
    const { pathway, step, record } = payload
    const [provider, local] = splitReference(pathway)
    if (signer.member !== provider || !CLINICIANS.includes(signer.role)) context.refuse('care.role')
    const row = requirePathway(context)
    requireState(context, row, 'running')
    if (!row.steps.some((candidate) => candidate.step === step)) {
      context.refuse('care.step-unknown', { field: '/payload/step' })
    }
    if (attestationOf(row, step) !== undefined) context.refuse('care.attested', { field: '/payload/step' })
    if (record !== undefined) requireOwnRecord(context, provider, record)
    const attestation = { step, by: signer.actor, at: time, ...(record !== undefined && { record }) }
    const attestations = [...row.attestations, attestation]
    PATHWAYS.put(state, { ...row, attestations }, provider, local)
  },
})

/** A provider knows its own records about the patient, and no others. */
function requireOwnRecord(context: RuleContext<NamedPathway>, provider: string, reference: string): void {
  const record = context.port('record.find')(reference)
  if (record?.subject !== context.payload.subject || record.owner !== provider) {
    context.refuse('care.record-unknown', { field: '/payload/record' })
  }
}

export const attestOutcome = defineVerb({
  summary: 'The named assessor attests whether the outcome was reached.',
  signers: 'the assessor named',
  payload: Fields({ ...pathwayFields, met: Type.Boolean() }),
  privatePart: 'optional',
  parties: pathwayParties,
  rule(context) {
    const { payload, signer, state, time } = context
    const row = requirePathway(context)
    if (signer.actor !== row.assessor) context.refuse('care.role')
    requireState(context, row, 'running')
    if (row.outcome !== undefined) context.refuse('care.attested', { field: '/payload/met' })
    const outcome = { met: payload.met, by: signer.actor, at: time }
    PATHWAYS.put(state, { ...row, outcome }, ...splitReference(payload.pathway))
  },
})
