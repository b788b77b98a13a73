/**
 * A world for feedback: a platform with a community, patients whom social security knows, a doctor that treats them, a
 * buyer with money. Prescriptions come from a stand-in that knows one a patient, so that these tests stand on feedback
 * alone.
 */
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { feedback } from '../../../src/domain/feedback/index.ts'
import { createRegistry, registry as currentRegistry, type DomainModule } from '../../../src/domain/index.ts'
import { declareIssuer } from './issuer.ts'
import { hashOf, keyOf } from './keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from './world.ts'

export const COMMUNITY = 'PF:lupus'
const WITHOUT_PRESCRIPTIONS = ['prescription', 'claim', 'supply', 'feedback']

/** Knows `H1:rx-<patient>` of each patient at H1, and nothing else. */
const prescriptions: DomainModule = {
  name: 'prescription',
  summary: 'A stand-in.',
  verbs: {},
  reads: [],
  parameters: {},
  ports: {
    'prescription.find': () => (reference) => {
      const patient = /^H1:rx-(.+)$/.exec(reference)?.[1]
      if (patient === undefined) return undefined
      const issued = { prescriber: 'H1:doc', facility: 'H1', issuedAt: GENESIS_TIME, state: 'ISSUED' }
      return { subject: subjectOf(patient), ...issued }
    },
  },
  needs: [],
}

const feedbackRegistry = createRegistry([
  ...currentRegistry.modules.filter(({ name }) => !WITHOUT_PRESCRIPTIONS.includes(name)),
  prescriptions,
  feedback,
])

export const subjectOf = (patient: string): string => hashOf(`${patient} at H1`)
export const insuredOf = (patient: string): string => hashOf(`insured ${patient}`)
export const patientNames = (count: number): string[] => Array.from({ length: count }, (_, i) => `p${i}`)

/** Patients `p0`, `p1`, … of H1, members of the community; H1:doc treats them, H1:self is a doctor who is also p0. */
export function feedbackWorld(count: number, parameters: { readonly [name: string]: number } = {}): World {
  const names = patientNames(count)
  const node = { logKey: keyOf('log').publicKey, cosignerKey: keyOf('cosigner').publicKey }
  const world = new World({
    registry: feedbackRegistry,
    parameters,
    members: [
      { ...memberOf('H1', 'hospital'), ...node },
      memberOf('PF', 'platform'),
      memberOf('P2', 'platform'),
      memberOf('SS', 'social-security'),
      memberOf('LAB', 'research-buyer'),
      memberOf('LAB2', 'research-buyer'),
      memberOf('FD', 'food-drug-regulator'),
    ],
    actors: [
      ...['H1:doc', 'H1:doc2', 'H1:self', 'H1:fresh'].map((id) => actorOf(id, 'doctor')),
      actorOf('PF:desk', 'employee'),
      actorOf('LAB:desk', 'employee'),
      actorOf('FD:desk', 'employee'),
      ...names.map((name) => actorOf(`H1:${name}`, 'patient')),
    ],
  })
  world.must('PF:desk', 'feedback.open-community', { communityId: 'lupus' })
  for (const doctor of ['doc', 'doc2']) {
    world.must(`H1:${doctor}`, 'feedback.register-reviewer', { insured: insuredOf(doctor) })
  }
  world.must('H1:self', 'feedback.register-reviewer', { insured: insuredOf('p0') })
  for (const name of names) addPatient(world, name)
  return world
}

/** Its subject, verified; treatment consent to H1 and research consent to the platform; membership. */
function addPatient(world: World, name: string): void {
  const [signer, subject] = [`H1:${name}`, subjectOf(name)]
  world.must('H1', 'identity.enrol-subject', { subject, patient: signer })
  const { publicKey } = keyOf(signer)
  world.must('SS', 'identity.verify', { subject, publicKey, insured: insuredOf(name) })
  grant(world, name, 'treatment', 'H1', 'care')
  grant(world, name, 'research', 'PF', 'research')
  world.must(signer, 'feedback.join', { community: COMMUNITY, subject })
}

export function grant(
  world: World,
  name: string,
  purpose: string,
  grantee: string,
  consentId: string,
  more = {},
) {
  world.must(`H1:${name}`, 'consent.grant', {
    consentId,
    subject: subjectOf(name),
    grantee,
    purpose,
    kinds: ['QuestionnaireResponse'],
    from: GENESIS_TIME,
    to: GENESIS_TIME + 300 * DAY_SECONDS,
    ...more,
  })
}

export const report = (name: string, more = {}) => ({
  id: 's1',
  community: COMMUNITY,
  subject: subjectOf(name),
  reviewer: 'H1:doc',
  periodFrom: GENESIS_TIME - 7 * DAY_SECONDS,
  periodTo: GENESIS_TIME,
  serious: false,
  contentHash: hashOf(`content of ${name} ${JSON.stringify(more)}`),
  vaultHash: hashOf(`vault of ${name}`),
  ...more,
})
export const submit = (world: World, name: string, more = {}, signer = `H1:${name}`) =>
  world.run(signer, 'feedback.submit', report(name, more))

export const review = (world: World, name: string, verdict = 'accepted', signer = 'H1:doc', more = {}) =>
  world.run(signer, 'feedback.review', {
    submission: `H1:${name}:s1`,
    subject: subjectOf(name),
    verdict,
    ...more,
  })

export const rowOf = (name: string, more = {}) => ({
  submission: `H1:${name}:s1`,
  consent: `H1:${name}:research`,
  ...more,
})
export const addRows = (
  world: World,
  fromRow: number,
  rows: readonly object[],
  more = {},
  signer = 'PF:desk',
) => world.run(signer, 'feedback.add-rows', { datasetId: 'd1', communityId: 'lupus', fromRow, rows, ...more })

/** Money to the buyer, and what it may spend. */
export function fund(world: World, buyer: string, amount: number): void {
  declareIssuer(world, 'SS', 'cny-fen')
  world.must('SS', 'settlement.issue', { to: buyer, currency: 'cny-fen', amount })
}
