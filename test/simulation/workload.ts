/** What the simulated clients send: mostly what works, some of it refused, some of it rubbish. */
import fc from 'fast-check'
import { toHex } from '../../src/base/index.ts'
import { registry } from '../../src/domain/index.ts'
import type { Payload } from '../../src/protocol/index.ts'
import { fitting, type Vocabulary } from '../domain/support/payloads.ts'
import { DOCTORS, type DraftOfSim, MEMBERS, PATIENTS } from './consortium.ts'
import type { Random } from './random.ts'

/** Names that occur, so that later transactions meet what earlier ones made. */
interface Known {
  readonly subjects: { subject: string; patient: string }[]
  readonly records: { recordId: string; subject: string }[]
  readonly consents: { consentId: string; subject: string; grantee: string; patient: string }[]
}

export interface Workload {
  draft(nowSeconds: number): DraftOfSim
}

const SIGNERS = [...MEMBERS, ...DOCTORS, ...PATIENTS]
const KINDS = {
  subject: 4,
  record: 8,
  amend: 2,
  import: 2,
  consent: 3,
  revoke: 1,
  issuer: 1,
  issue: 2,
  transfer: 5,
  strange: 3,
} as const

export function createWorkload(random: Random): Workload {
  const known: Known = { subjects: [], records: [], consents: [] }
  const hash = () => toHex(random.bytes(32))
  const local = () => toHex(random.bytes(6))
  const member = () => random.pick(MEMBERS)
  /** Mostly a subject that was made, with its patient. */
  const person = () =>
    known.subjects.length > 0 && random.chance(0.9)
      ? random.pick(known.subjects)
      : { subject: hash(), patient: random.pick(PATIENTS) }
  const subject = () => person().subject

  const drafts: { readonly [Kind in keyof typeof KINDS]: (now: number) => DraftOfSim } = {
    subject() {
      const made = hash()
      const patient = random.pick(PATIENTS)
      known.subjects.push({ subject: made, patient })
      return {
        signer: random.chance(0.9) ? 'hospital' : 'insurer',
        type: 'identity.enrol-subject',
        payload: { subject: made, ...(random.chance(0.9) && { patient }) },
      }
    },
    record(now) {
      const record = { recordId: local(), subject: subject() }
      known.records.push(record)
      return {
        signer: random.chance(0.9) ? random.pick(DOCTORS) : 'clinic',
        type: 'record.anchor',
        payload: {
          ...record,
          kind: 'Observation',
          contentHash: hash(),
          encounterAt: now - random.integer(1_000),
        },
      }
    },
    amend() {
      const record =
        known.records.length > 0 ? random.pick(known.records) : { recordId: local(), subject: subject() }
      const payload = {
        recordId: record.recordId,
        subject: record.subject,
        supersedes: 1,
        contentHash: hash(),
      }
      return { signer: random.pick(DOCTORS), type: 'record.amend', payload }
    },
    import(now) {
      const about = person()
      const payload = {
        recordId: local(),
        subject: about.subject,
        contentHash: hash(),
        kind: 'Observation',
        encounterAt: now,
      }
      return { signer: about.patient, type: 'record.import', payload }
    },
    consent(now) {
      const { subject: about, patient } = person()
      const consent = { consentId: local(), subject: about, grantee: member() }
      known.consents.push({ ...consent, patient })
      return {
        signer: patient,
        type: 'consent.grant',
        payload: { ...consent, purpose: 'treatment', kinds: ['Observation'], from: now, to: now + 86_400 },
      }
    },
    revoke() {
      if (known.consents.length === 0) return drafts.subject(0)
      const { patient, ...consent } = random.pick(known.consents)
      return { signer: patient, type: 'consent.revoke', payload: consent }
    },
    issuer() {
      const proposalId = random.pick(['p1', 'p2', 'p3', 'p4'])
      const change = { issuer: { member: 'platform', currency: 'points', ceiling: 1_000_000 } }
      return random.chance(0.3)
        ? { signer: 'platform', type: 'governance.propose', payload: { proposalId, change } }
        : { signer: member(), type: 'governance.approve', payload: { proposal: `platform:${proposalId}` } }
    },
    issue() {
      const payload = { currency: 'points', amount: 1 + random.integer(10_000), to: random.pick(SIGNERS) }
      return { signer: 'platform', type: 'settlement.issue', payload }
    },
    transfer() {
      const payload = { currency: 'points', amount: 1 + random.integer(500), to: random.pick(SIGNERS) }
      return { signer: random.pick(SIGNERS), type: 'settlement.transfer', payload }
    },
    strange() {
      const type = random.pick(registry.types())
      const vocabulary: Vocabulary = {
        hashes: known.subjects.slice(-8).map(({ subject: made }) => made),
        localIds: ['hospital', 'p1', ...known.records.slice(-4).map(({ recordId }) => recordId)],
        actors: SIGNERS,
        references: known.records.slice(-4).map(({ recordId }) => `hospital:${recordId}`),
      }
      const arbitrary = fitting(registry.verb(type)!.payload, vocabulary)
      const [payload] = fc.sample(arbitrary, { numRuns: 1, seed: random.integer(2 ** 31) })
      const isPrivate = registry.verb(type)!.privatePart === 'required'
      return { signer: random.pick(SIGNERS), type, payload: payload as Payload, private: isPrivate }
    },
  }

  return {
    draft(now) {
      const draft = drafts[random.weighted(KINDS)](now)
      // Some expire while they wait, some long after; the longest life there is.
      return { ...draft, life: random.pick([5, 60, 600, 86_000]) }
    },
  }
}
