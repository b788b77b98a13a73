/** A consortium of two hospitals, three payers and a patient whom social security knows, with money at the payers. */
import { declareIssuer } from '../support/issuer.ts'
import { hashOf, keyOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, type Outcome, World } from '../support/world.ts'

export const ANN = hashOf('subject of ann at H1')
export const BOB = hashOf('subject of bob at H1')
export const DAY = 86_400
export const CLAIM = 'H1:c1'
const PARAMETERS = { 'claim.pendsMax': 2, 'claim.visitClaimsMax': 3 }

/** Lines as a submission has them: `[line, billed]`. */
export const linesOf = (...lines: readonly (readonly [line: string, billed: number])[]) =>
  lines.map(([line, billed]) => ({ line, billed }))
/** Decisions: `[line, allowed, paid]`; the patient has the rest. */
export type Decided = readonly [line: string, allowed: number, paid: number]
export const decisionOf = (...lines: readonly Decided[]) =>
  lines.map(([line, allowed, paid]) => ({ line, allowed, paid, patientShare: allowed - paid }))

export class Stage {
  readonly world = new World({
    members: [
      {
        ...memberOf('H1', 'hospital'),
        logKey: keyOf('log').publicKey,
        cosignerKey: keyOf('cosigner').publicKey,
      },
      memberOf('H2', 'hospital'),
      memberOf('SS', 'social-security'),
      memberOf('INS', 'insurer'),
      memberOf('INS2', 'insurer'),
      memberOf('CO', 'enterprise'),
    ],
    actors: [
      actorOf('H1:desk', 'employee'),
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H2:desk', 'employee'),
      actorOf('INS:desk', 'employee'),
      actorOf('INS:eye', 'investigator'),
      actorOf('INS2:desk', 'employee'),
      actorOf('SS:desk', 'employee'),
    ],
    parameters: PARAMETERS,
  })

  constructor() {
    const { world } = this
    world.must('H1', 'identity.enrol-subject', { subject: ANN, patient: 'H1:ann' })
    world.must('H1', 'identity.enrol-subject', { subject: BOB, patient: 'H1:bob' })
    this.verify(ANN, 'ann')
    declareIssuer(world, 'SS', 'cny-fen')
    for (const to of ['INS', 'INS2']) {
      world.must('SS', 'settlement.issue', { to, currency: 'cny-fen', amount: 10_000 })
    }
  }

  verify(subject: string, patient: string): void {
    const { publicKey } = keyOf(`H1:${patient}`)
    this.world.must('SS', 'identity.verify', { subject, publicKey, insured: hashOf(`insured ${patient}`) })
  }

  submission(more: object = {}) {
    return {
      claimId: 'c1',
      subject: ANN,
      payer: 'INS',
      caseRef: 'case-1',
      visit: 'v1',
      visitAt: GENESIS_TIME - DAY,
      lines: linesOf(['l1', 1_000], ['l2', 500]),
      ...more,
    }
  }

  submit(more: object = {}, signer = 'H1:desk'): Outcome {
    return this.world.run(signer, 'claim.submit', this.submission(more))
  }

  /** A step of the claim c1, or of the one that `more` names. */
  step(signer: string, verb: string, more: object = {}): Outcome {
    return this.world.run(signer, `claim.${verb}`, { claim: CLAIM, subject: ANN, payer: 'INS', ...more })
  }

  must(signer: string, verb: string, more: object = {}): void {
    this.world.must(signer, `claim.${verb}`, { claim: CLAIM, subject: ANN, payer: 'INS', ...more })
  }

  /** c1 as far as the payer's acknowledgement. */
  acknowledged(more: object = {}): void {
    this.world.must('H1:desk', 'claim.submit', this.submission(more))
    this.must('INS:desk', 'acknowledge')
  }

  adjudicated(...lines: readonly (readonly [line: string, allowed: number, paid: number])[]): void {
    this.acknowledged()
    this.must('INS:desk', 'adjudicate', { lines: decisionOf(...lines) })
  }

  claim(ref = CLAIM, reader = 'INS:desk') {
    return this.world.read(reader, 'claim', '/claims/:ref', { ref }) as {
      state: string
      paid?: number
      due: number
      late: boolean
      overdue: boolean
      appealable: boolean
      lines: object[]
      history: { verb: string; state: string; by: string; at: number; amount?: number }[]
    }
  }

  visit(visit = 'H1:v1') {
    return this.world.port('claim.visit')(visit)
  }
}
