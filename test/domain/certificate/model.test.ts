/** Certificates against a plain model of them: exactly what it allows is accepted, and what is valid reads so. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { checkProperty } from '../../support/property.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

/** From the specimen on 2023-11-15 in China to the same day of 2024, the 29th of February included. */
const YEAR = 366 * DAY_SECONDS
const SUBJECTS = { ann: hashOf('ann'), bob: hashOf('bob') }
type Holder = keyof typeof SUBJECTS

type Operation =
  | { do: 'pass'; days: number }
  | { do: 'exam'; id: string; holder: Holder; disqualifying: boolean }
  | { do: 'issue'; id: string; exam: string; holder: Holder; days: number; place: number }
  | { do: 'suspend' | 'restore' | 'revoke'; id: string }
  | { do: 'employ'; id: string; by: 'CO' | 'E1:ann' | 'E1:bob' }
  | { do: 'release'; id: string }

interface Certificate {
  readonly holder: Holder
  readonly exam: string
  readonly place: number
  readonly until: number
  suspended: boolean
  revoked: boolean
  /** Sides that have said yes to the work. */
  readonly sides: Set<string>
}

class Model {
  time = GENESIS_TIME
  readonly exams: { id: string; holder: Holder; disqualifying: boolean; at: number }[] = []
  readonly certificates = new Map<string, Certificate>()

  isValid({ until, suspended, revoked }: Certificate): boolean {
    return this.time < until && !suspended && !revoked
  }

  exam({ id, holder, disqualifying }: Operation & { do: 'exam' }): boolean {
    if (this.exams.some((exam) => exam.id === id)) return false
    this.exams.push({ id, holder, disqualifying, at: this.time })
    return true
  }

  issue({ id, exam: examId, holder, days, place }: Operation & { do: 'issue' }): boolean {
    const latest = this.exams.findLast((exam) => exam.holder === holder)
    if (latest === undefined || latest.id !== examId || latest.disqualifying) return false
    const issued = [...this.certificates.values()]
    const isUsed = issued.some((one) => (one.exam === examId && !one.revoked) || one.place === place)
    const until = this.time + days * DAY_SECONDS
    // At most 100 days pass, so that a year from any specimen holds the 29th of February 2024.
    if (isUsed || this.certificates.has(id) || days <= 0 || until > latest.at + YEAR) return false
    const sides = new Set<string>()
    this.certificates.set(id, { holder, exam: examId, place, until, suspended: false, revoked: false, sides })
    return true
  }

  change(o: Operation & { do: 'suspend' | 'restore' | 'revoke' }): boolean {
    const certificate = this.certificates.get(o.id)
    if (certificate === undefined || certificate.revoked || this.time >= certificate.until) return false
    if (o.do === 'revoke') certificate.revoked = true
    else if (certificate.suspended === (o.do === 'suspend')) return false
    else certificate.suspended = o.do === 'suspend'
    return true
  }

  employ({ id, by }: Operation & { do: 'employ' }): boolean {
    const certificate = this.certificates.get(id)
    if (certificate === undefined || !this.isValid(certificate) || certificate.sides.has(by)) return false
    if (by !== 'CO' && by !== `E1:${certificate.holder}`) return false
    certificate.sides.add(by)
    return true
  }

  release({ id }: Operation & { do: 'release' }): boolean {
    const sides = this.certificates.get(id)?.sides
    if (sides === undefined || sides.size === 0) return false
    sides.clear()
    return true
  }
}

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const id = pick('c1', 'c2', 'c3')
const exam = pick('x1', 'x2', 'x3', 'x4')
const holder = pick('ann', 'ann', 'bob') as fc.Arbitrary<Holder>
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: pick('pass'), days: pick(0, 1, 2) }),
  {
    weight: 2,
    arbitrary: fc.record({ do: pick('exam'), id: exam, holder, disqualifying: pick(false, false, true) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: pick('issue'),
      id,
      exam,
      holder,
      days: pick(0, 5, 20, 366, 367),
      place: pick(0, 1, 2, 3, 1_048_575),
    }),
  },
  fc.record({ do: pick('suspend', 'restore', 'revoke'), id }),
  { weight: 2, arbitrary: fc.record({ do: pick('employ'), id, by: pick('CO', 'E1:ann', 'E1:bob') }) },
  fc.record({ do: pick('release'), id }),
)

function newWorld(): World {
  const world = new World({
    members: [
      memberOf('E1', 'exam-institution'),
      memberOf('CO', 'enterprise'),
      memberOf('BR', 'business-registrar'),
    ],
    actors: [actorOf('E1:doc', 'doctor'), actorOf('E1:ann', 'patient'), actorOf('E1:bob', 'patient')],
  })
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    world.must('E1', 'identity.enrol-subject', { subject, patient: `E1:${name}` })
  }
  world.must('BR', 'certificate.register-business', { businessId: 'b', enterprise: 'CO', trades: ['food'] })
  return world
}

function step(world: World, model: Model, o: Operation): readonly [real: boolean, expected: boolean] {
  const run = (signer: string, verb: string, payload: unknown) =>
    world.run(signer, `certificate.${verb}`, payload) === 'ok'
  const ofHolder = (certId: string) => SUBJECTS[model.certificates.get(certId)?.holder ?? 'ann']
  switch (o.do) {
    case 'pass':
      world.pass(o.days * DAY_SECONDS)
      model.time += o.days * DAY_SECONDS
      return [true, true]
    case 'exam': {
      const { id: examId, disqualifying } = o
      const subject = SUBJECTS[o.holder]
      const payload = { examId, subject, disqualifying, doctor: 'E1:doc', specimenAt: world.time }
      return [run('E1:doc', 'record-exam', payload), model.exam(o)]
    }
    case 'issue': {
      const subject = SUBJECTS[o.holder]
      const validity = {
        validFrom: world.time,
        validUntil: world.time + o.days * DAY_SECONDS,
        credentialHash: hashOf('vc'),
        statusIndex: o.place,
      }
      const payload = {
        institution: 'E1',
        certId: o.id,
        examId: o.exam,
        subject,
        trades: ['food'],
        ...validity,
      }
      return [run('E1', 'issue', payload), model.issue(o)]
    }
    case 'employ': {
      const payload = { certificate: `E1:${o.id}`, subject: ofHolder(o.id), enterprise: 'CO', trade: 'food' }
      return [run(o.by, 'employ', payload), model.employ(o)]
    }
    case 'release': {
      const payload = { certificate: `E1:${o.id}`, subject: ofHolder(o.id), enterprise: 'CO' }
      return [run('CO', 'release', payload), model.release(o)]
    }
    default: {
      const payload = { institution: 'E1', certId: o.id, subject: ofHolder(o.id) }
      return [run('E1', o.do, payload), model.change(o)]
    }
  }
}

it('issues, changes and employs exactly as the model of it', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 10, maxLength: 50, size: 'max' }), (operations) => {
      const world = newWorld()
      const model = new Model()
      for (const o of operations) {
        const [real, expected] = step(world, model, o)
        expect(real, JSON.stringify(o)).toBe(expected)
      }
      const staff = world.list('CO', 'certificate', '/staff') as { certificate: string; agreedAt?: number }[]
      for (const [certId, certificate] of model.certificates) {
        const ref = `E1:${certId}`
        const { state } = world.read('CO', 'certificate', '/certificates/:ref', { ref }) as { state: string }
        expect(state === 'VALID', ref).toBe(model.isValid(certificate))
        const row = staff.find((candidate) => candidate.certificate === ref)
        expect(row !== undefined, ref).toBe(certificate.sides.size > 0)
        expect(row?.agreedAt !== undefined, ref).toBe(certificate.sides.size === 2)
      }
    }),
    100,
  )
})

it('takes every kind of step at least once', () => {
  const world = newWorld()
  const model = new Model()
  const steps: readonly Operation[] = [
    { do: 'exam', id: 'x1', holder: 'ann', disqualifying: false },
    { do: 'issue', id: 'c1', exam: 'x1', holder: 'ann', days: 366, place: 1 },
    { do: 'employ', id: 'c1', by: 'CO' },
    { do: 'employ', id: 'c1', by: 'E1:ann' },
    { do: 'release', id: 'c1' },
    { do: 'suspend', id: 'c1' },
    { do: 'restore', id: 'c1' },
    { do: 'revoke', id: 'c1' },
  ]
  for (const o of steps) expect(step(world, model, o), o.do).toEqual([true, true])
})
