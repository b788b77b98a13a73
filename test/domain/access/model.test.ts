/**
 * Consent and access against a plain model of them: whatever patients grant and revoke and whoever tries to open,
 * exactly what the model allows is accepted, and exactly what it allows is released.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkProperty } from '../../support/property.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const SUBJECT = { ann: hashOf('ann at H1'), bob: hashOf('bob at H1') }
type Patient = keyof typeof SUBJECT
const RECORDS = {
  'H1:r1': { patient: 'ann', kind: 'Observation', case: 'k1' },
  'H1:r2': { patient: 'ann', kind: 'Procedure', case: 'k2' },
  'H1:b1': { patient: 'bob', kind: 'Observation', case: 'k1' },
} as const
type RecordRef = keyof typeof RECORDS
const CLINICIANS = ['H2:doc', 'H2']
const OPENERS = ['H2:doc', 'H2:desk', 'H2', 'INS:desk', 'H1:doc', 'H1:ann']

interface Opening {
  readonly by: string
  readonly id: string
  readonly record: RecordRef
  readonly consent: string
  readonly purpose: string
}
interface Consent {
  readonly patient: Patient
  readonly grantee: string
  readonly purpose: string
  readonly kinds: readonly string[]
  readonly from: number
  readonly to: number
  readonly caseRef: string | undefined
  revoked: boolean
}
type Operation =
  | { do: 'pass'; seconds: number }
  | ({ do: 'grant'; by: Patient; id: string } & Omit<Consent, 'revoked'>)
  | { do: 'revoke'; by: Patient; consent: string }
  | ({ do: 'notify' } & Opening)
  | { do: 'open'; nth: number; change: Partial<Opening> }
  | { do: 'erase'; record: RecordRef }
  | { do: 'suspend' | 'restore'; actor: string }

class Model {
  time = GENESIS_TIME
  readonly consents = new Map<string, Consent>()
  readonly notices = new Map<string, Opening & { at: number; opened: boolean }>()
  readonly erased = new Set<string>()
  readonly suspended = new Set<string>()

  /** The one sentence that everything else must come to. */
  allows({ by, record, consent: ref, purpose }: Opening): boolean {
    const consent = this.consents.get(ref)
    const { patient, kind, case: caseRef } = RECORDS[record]
    return (
      consent !== undefined &&
      !consent.revoked &&
      consent.from <= this.time &&
      this.time < consent.to &&
      consent.patient === patient &&
      consent.purpose === purpose &&
      consent.kinds.includes(kind) &&
      (consent.caseRef === undefined || consent.caseRef === caseRef) &&
      (consent.grantee === by ||
        (consent.grantee === by.split(':')[0] && (purpose === 'claim' || CLINICIANS.includes(by)))) &&
      !this.suspended.has(by) &&
      !this.erased.has(record)
    )
  }

  grant(o: Operation & { do: 'grant' }): boolean {
    const ref = `H1:${o.by}:${o.id}`
    const isSuited = o.purpose === 'claim' ? o.grantee === 'INS' : o.grantee !== 'INS'
    const isSound = o.from < o.to && o.to > this.time && !this.suspended.has(o.grantee)
    const isFree = [...this.consents.values()].every(
      (other) =>
        o.purpose !== 'claim' ||
        other.purpose !== 'claim' ||
        other.patient !== o.patient ||
        other.caseRef !== o.caseRef ||
        other.revoked ||
        this.time >= other.to,
    )
    const hasCase = o.purpose !== 'claim' || o.caseRef !== undefined
    if (o.by !== o.patient || this.consents.has(ref) || !isSuited || !isSound || !hasCase || !isFree)
      return false
    this.consents.set(ref, { ...o, revoked: false })
    return true
  }

  revoke({ by, consent: ref }: Operation & { do: 'revoke' }): boolean {
    const consent = this.consents.get(ref)
    if (consent === undefined || consent.patient !== by || consent.revoked || this.time >= consent.to)
      return false
    consent.revoked = true
    return true
  }

  notify(opening: Opening): boolean {
    const id = `${opening.by} ${opening.id}`
    if (this.notices.has(id) || !this.allows(opening)) return false
    this.notices.set(id, { ...opening, at: this.time, opened: false })
    return true
  }

  open(opening: Opening): boolean {
    const notice = this.notices.get(`${opening.by} ${opening.id}`)
    const isSame = (['record', 'consent', 'purpose'] as const).every(
      (field) => notice?.[field] === opening[field],
    )
    if (notice === undefined || !isSame || notice.opened || this.time > notice.at + 86_400) return false
    if (!this.allows(opening)) return false
    notice.opened = true
    return true
  }
}

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const consentRef = pick('H1:ann:c1', 'H1:ann:c2', 'H1:ann:c3', 'H1:bob:c1')
const record = pick('H1:r1', 'H1:r1', 'H1:r2', 'H1:b1') as fc.Arbitrary<RecordRef>
const purpose = pick('treatment', 'treatment', 'claim')
const patient = pick('ann', 'ann', 'bob') as fc.Arbitrary<Patient>
const offset = pick(-50, 0, 0, 100, 90_000, 200_000)

const grants = fc
  .record({
    do: pick('grant'),
    by: patient,
    id: pick('c1', 'c2', 'c3'),
    patient,
    grantee: pick('H2', 'H2', 'H2:doc', 'H2:desk', 'INS'),
    purpose,
    kinds: pick(['Observation'], ['Procedure'], ['Observation', 'Procedure']),
    from: offset,
    to: offset,
    caseRef: pick(undefined, 'k1', 'k2'),
  })
  .chain((grant) => pick({ ...grant, patient: grant.by }, { ...grant, patient: grant.by }, grant))

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: pick('pass'), seconds: pick(0, 49, 50, 100, 86_400) }),
  { weight: 3, arbitrary: grants as fc.Arbitrary<Operation> },
  fc.record({ do: pick('revoke'), by: patient, consent: consentRef }),
  {
    weight: 5,
    arbitrary: fc.record({
      do: pick('notify'),
      by: pick(...OPENERS, 'H2:doc'),
      id: pick('a', 'b', 'c', 'd'),
      record,
      consent: consentRef,
      purpose,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: pick('open'),
      nth: fc.nat(7),
      change: pick<Partial<Opening>>(
        {},
        {},
        {},
        { by: 'H2' },
        { record: 'H1:r2' },
        { purpose: 'claim' },
        { id: 'z' },
      ),
    }),
  },
  fc.record({ do: pick('erase'), record: pick('H1:r2') as fc.Arbitrary<RecordRef> }),
  fc.record({ do: pick('suspend', 'restore'), actor: pick('H2:doc', 'H2:desk') }),
)

function newWorld(): World {
  const world = new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital'), memberOf('INS', 'insurer')],
    actors: [
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H2:doc', 'doctor'),
      actorOf('H2:desk', 'employee'),
      actorOf('INS:desk', 'employee'),
    ],
  })
  for (const name of ['ann', 'bob'] as const) {
    world.must('H1', 'identity.enrol-subject', { subject: SUBJECT[name], patient: `H1:${name}` })
  }
  for (const [ref, { patient, kind, case: caseRef }] of Object.entries(RECORDS)) {
    const content = {
      contentHash: hashOf(ref),
      vaultHash: hashOf(`cipher of ${ref}`),
      encounterAt: GENESIS_TIME,
    }
    const subject = SUBJECT[patient]
    world.must('H1:doc', 'record.anchor', { recordId: ref.slice(3), subject, kind, caseRef, ...content })
  }
  return world
}

const payloadOf = ({ id, record, consent, purpose }: Opening) => ({
  accessId: id,
  subject: SUBJECT[RECORDS[record].patient],
  record,
  consent,
  purpose,
})

/** Takes a step in both; whether each accepted it. */
function step(world: World, model: Model, o: Operation): readonly [real: boolean, expected: boolean] {
  const run = (signer: string, type: string, payload: unknown) => world.run(signer, type, payload) === 'ok'
  switch (o.do) {
    case 'pass':
      world.pass(o.seconds)
      model.time += o.seconds
      return [true, true]
    case 'grant': {
      const shifted = { ...o, from: model.time + o.from, to: model.time + o.to }
      const { patient, grantee, purpose, kinds, from, to, caseRef } = shifted
      const terms = { consentId: o.id, subject: SUBJECT[patient], grantee, purpose, kinds, from, to }
      const payload = caseRef === undefined ? terms : { ...terms, caseRef }
      return [run(`H1:${o.by}`, 'consent.grant', payload), model.grant(shifted)]
    }
    case 'revoke': {
      const known = model.consents.get(o.consent)
      const payload = { consent: o.consent, subject: SUBJECT[o.by], grantee: known?.grantee ?? 'H2' }
      return [run(`H1:${o.by}`, 'consent.revoke', payload), model.revoke(o)]
    }
    case 'notify':
      return [run(o.by, 'access.notify', payloadOf(o)), model.notify(o)]
    case 'open': {
      const notice = [...model.notices.values()][o.nth]
      if (notice === undefined) return [true, true]
      const opening = { ...notice, ...o.change }
      return [run(opening.by, 'access.open', payloadOf(opening)), model.open(opening)]
    }
    case 'erase': {
      const payload = {
        recordId: o.record.slice(3),
        subject: SUBJECT[RECORDS[o.record].patient],
        reason: 'ordered',
      }
      const isNew = !model.erased.has(o.record)
      model.erased.add(o.record)
      return [run('H1', 'record.erase', payload), isNew]
    }
    default: {
      const isSuspended = model.suspended.has(o.actor)
      if (o.do === 'suspend') model.suspended.add(o.actor)
      else model.suspended.delete(o.actor)
      return [run('H2', `identity.${o.do}`, { actor: o.actor }), isSuspended === (o.do === 'restore')]
    }
  }
}

it('opens and releases exactly what the patient allows', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 10, maxLength: 60, size: 'max' }), (operations) => {
      const world = newWorld()
      const model = new Model()
      for (const o of operations) {
        const [real, expected] = step(world, model, o)
        expect(real, JSON.stringify(o)).toBe(expected)
      }
      for (const notice of model.notices.values()) {
        const isActive = world.isActive(notice.by)
        const released = world.port('access.release')(
          'access.open',
          payloadOf(notice),
          world.actor(notice.by),
        )
        expect(isActive && released !== undefined).toBe(notice.opened && model.allows(notice))
      }
    }),
    100,
  )
})

it('allows something at all', () => {
  const world = newWorld()
  const model = new Model()
  const opening = {
    by: 'H2:doc',
    id: 'a',
    record: 'H1:r1',
    consent: 'H1:ann:c1',
    purpose: 'treatment',
  } as const
  const grant = {
    do: 'grant',
    by: 'ann',
    id: 'c1',
    patient: 'ann',
    grantee: 'H2',
    purpose: 'treatment',
    kinds: ['Observation'],
    from: 0,
    to: 100,
    caseRef: undefined,
  } as const
  const operations: Operation[] = [grant, { do: 'notify', ...opening }, { do: 'open', nth: 0, change: {} }]
  for (const o of operations) expect(step(world, model, o)).toEqual([true, true])
})
