/**
 * Carries out the plan of an import as a member: keys for its patients, salts and what is done in journals of the data
 * folder, contents into the vault where asked, transactions signed and sent. A run that was stopped goes on where it
 * was; one that was whole sends nothing.
 */
import { join } from 'node:path'
import { DAY_SECONDS, LedgerError, toHex } from '../base/index.ts'
import {
  type Client,
  type Draft,
  type SignedTransaction,
  type Signer,
  type SubmissionResult,
  signKeyStatement,
  signTransaction,
  Vault,
} from '../client/index.ts'
import { startOfDay } from '../domain/index.ts'
import type {
  ImportPlan,
  PlannedClaim,
  PlannedConsent,
  PlannedDispensing,
  PlannedPatient,
  PlannedPrescription,
  PlannedRecord,
  PlannedReferral,
  PlannedSubmission,
} from '../fhir/index.ts'
import { keyPath, readSigningKey } from '../host/index.ts'
import type { AnyJson } from '../protocol/index.ts'
import { Contents } from './contents.ts'
import { type Journal, openJournal } from './journal.ts'
import { openRegister, type Register } from './patients.ts'
import { openPerson, type Person } from './people.ts'
import { countFailure, newTally, type OnProgress, type Tally } from './tally.ts'

export interface ImportRun {
  readonly client: Client
  /** The member's own key. */
  readonly signer: Signer
  readonly member: string
  /** Data folder: keys of patients, and `import/` with the journals. */
  readonly data: string
  /** Whether contents go into the vault. */
  readonly store: boolean
  /** Unix seconds, for what has no date. */
  readonly now: number
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

export interface ImportResult {
  readonly patients: Tally
  readonly records: Tally
  readonly consents: Tally
  readonly referrals: Tally
  readonly submissions: Tally
  readonly prescriptions: Tally
  readonly dispensings: Tally
  readonly claims: Tally
  /** Records without a date of their own. */
  readonly undated: number
}

/** One row of `import/done.jsonl`: something is on the ledger. */
interface DoneRow {
  readonly done: string
}

const CHUNK_ITEMS = 256
const UPLOADS_AT_ONCE = 4
/** Codes that say: it is there already. */
const EXISTS = new Set([
  'identity.actor-exists',
  'identity.subject-exists',
  'record.exists',
  'consent.exists',
  'referral.exists',
  'feedback.joined',
  'feedback.exists',
  'prescription.exists',
  'prescription.dispense-exists',
  'claim.exists',
])

/** Runs a plan. Rejects at the first request that fails, or when aborted; what was done by then is in the journals. */
export async function runImport(plan: ImportPlan, run: ImportRun): Promise<ImportResult> {
  const importer = new Importer(run)
  try {
    importer.meet(plan.patients)
    importer.meetClinicians(plan)
    return {
      patients: await importer.send('patients', plan.patients, (patient) => importer.enrol(patient)),
      records: await importer.send('records', plan.records, (record) => importer.anchor(record)),
      consents: await importer.send('consents', plan.consents, (consent) => importer.grant(consent)),
      referrals: await importer.send('referrals', plan.referrals, (referral) => importer.refer(referral)),
      submissions: await importer.send('reports', plan.submissions, (report) => importer.submit(report)),
      prescriptions: await importer.send('prescriptions', plan.prescriptions, (rx) => importer.prescribe(rx)),
      dispensings: await importer.send('dispensings', plan.dispensings, (given) => importer.dispense(given)),
      claims: await importer.send('claims', plan.claims, (claim) => importer.bill(claim)),
      undated: plan.records.filter(({ time }) => time === undefined).length,
    }
  } finally {
    importer.close()
  }
}

/** A planned thing. */
type Planned =
  | PlannedPatient
  | PlannedRecord
  | PlannedConsent
  | PlannedReferral
  | PlannedSubmission
  | PlannedPrescription
  | PlannedDispensing
  | PlannedClaim

/** What it is called in the journal. */
const nameOf = (item: Planned): string => {
  if ('claimId' in item) return `claim ${item.claimId}`
  if ('referralId' in item) return `referral ${item.referralId}`
  if ('submissionId' in item) return `report ${item.submissionId}`
  if ('rxId' in item) return `prescription ${item.rxId}`
  if ('dispenseId' in item) return `dispensing ${item.dispenseId}`
  if ('recordId' in item) return `record ${item.recordId}`
  return 'consentId' in item ? `consent ${item.consentId}` : `patient ${item.id}`
}

class Importer {
  readonly #run: ImportRun
  readonly #register: Register
  readonly #done: Journal<DoneRow>
  readonly #contents: Contents
  readonly #known: ReadonlySet<string>
  readonly #tiers = new Map<string, number>()
  readonly #people = new Map<string, { readonly person: Person; readonly subject: string }>()
  readonly #clinicians = new Map<string, Signer>()

  constructor(run: ImportRun) {
    const path = (name: string) => join(run.data, 'import', `${name}.jsonl`)
    this.#run = run
    this.#register = openRegister(run.client.kernel, path('register'))
    this.#done = openJournal<DoneRow>(path('done'))
    this.#contents = new Contents(path('contents'), run.store ? new Vault(run.client) : undefined)
    this.#known = new Set(this.#done.rows.map(({ done }) => done))
  }

  close(): void {
    for (const journal of [this.#register, this.#done, this.#contents]) journal.close()
  }

  /** Keys and subjects of the patients, made where they are new. */
  meet(patients: readonly PlannedPatient[]): void {
    const { data, member } = this.#run
    for (const { id, localId } of patients) {
      const person = openPerson(data, `${member}:${localId}`)
      this.#people.set(id, { person, subject: this.#register.subjectOf(person) })
    }
  }

  /** Keys of doctors and pharmacists, which must lie in the data folder: missed now, before anything is sent. */
  meetClinicians({ prescriptions, dispensings }: ImportPlan): void {
    const actors = [
      ...prescriptions.map(({ prescriber }) => prescriber),
      ...dispensings.map(({ pharmacist }) => pharmacist),
    ]
    for (const actor of new Set(actors)) {
      this.#clinicians.set(actor, readSigningKey(keyPath(this.#run.data, actor)))
    }
  }

  async enrol({ id }: PlannedPatient): Promise<SignedTransaction[]> {
    const { person, subject } = this.#people.get(id)!
    const { ledgerId } = this.#run.client
    const statement = await signKeyStatement(person.key, { ledgerId, actor: person.id })
    const publicKey = toHex(person.key.publicKey)
    const { encryptionKey } = person
    const payload = { actor: person.id, role: 'patient', publicKey, encryptionKey, statement }
    return [
      await this.#sign({ type: 'identity.enrol', payload }),
      await this.#sign({ type: 'identity.enrol-subject', payload: { subject, patient: person.id } }),
    ]
  }

  async anchor(record: PlannedRecord): Promise<SignedTransaction[]> {
    const { recordId, bytes, kind, patient, time = this.#run.now } = record
    const { person, subject } = this.#people.get(patient)!
    const { contentHash, vaultHash } = await this.#contents.commitTo(recordId, bytes, person)
    const content = { contentHash, ...(vaultHash !== undefined && { vaultHash }) }
    const payload = { recordId, subject, kind, ...content, encounterAt: time }
    return [await this.#sign({ type: 'record.anchor', payload })]
  }

  /** Signed by the patient, whose key lies in the data folder. */
  async grant({ patient, place: _, ...terms }: PlannedConsent): Promise<SignedTransaction[]> {
    const { person, subject } = this.#people.get(patient)!
    const payload = { ...terms, kinds: [...terms.kinds], subject }
    return [await this.#sign({ type: 'consent.grant', payload }, person.key)]
  }

  /** Tiers are what the ledger says; of a hospital whose tier nobody attested the ledger refuses the referral. */
  async refer(referral: PlannedReferral): Promise<SignedTransaction[]> {
    const { member } = this.#run
    const { patient, to, referralId, plan, resource } = referral
    const { person, subject } = this.#people.get(patient)!
    const [fromTier, toTier] = [await this.#tierOf(member), await this.#tierOf(to)]
    const whole = (name: string, owner: string): string => (name.includes(':') ? name : `${owner}:${name}`)
    const planHash =
      plan === undefined || 'hash' in plan ? plan?.hash : this.#contents.find(plan.recordId)?.contentHash
    const payload = {
      referralId,
      subject,
      to,
      direction: fromTier < toTier ? 'up' : 'down',
      fromTier,
      toTier,
      attachments: referral.attachments.map((name) => whole(name, member)),
      consent: whole(referral.consent, person.id),
      ...(planHash !== undefined && { planHash }),
    }
    const privatePart = { serviceRequest: resource as AnyJson }
    return [await this.#sign({ type: 'referral.create', payload, privatePart })]
  }

  async #tierOf(hospital: string): Promise<number> {
    let tier = this.#tiers.get(hospital)
    if (tier === undefined) {
      const answer = await this.#run.client.read(`/v1/referral/tiers/${hospital}`).catch((error: unknown) => {
        if (error instanceof LedgerError && error.code === 'read.not-found') return { tier: 1 }
        throw error
      })
      tier = (answer as { readonly tier: number }).tier
      this.#tiers.set(hospital, tier)
    }
    return tier
  }

  /** Signed by the patient, which thereby joins the community whose questionnaire it answered. */
  async submit(submission: PlannedSubmission): Promise<SignedTransaction[]> {
    const { submissionId: id, contentOf, patient, place, resource, ...terms } = submission
    const { person, subject } = this.#people.get(patient)!
    const { contentHash, vaultHash } = this.#contents.find(contentOf)!
    if (vaultHash === undefined) {
      const message = `${place}: its content was imported without --vault, and can not be reported.`
      throw new LedgerError('import.invalid', { field: place, message })
    }
    const join = { type: 'feedback.join', payload: { community: terms.community, subject } }
    const payload = { ...terms, id, subject, contentHash, vaultHash }
    const privatePart = { report: resource as AnyJson }
    return [
      await this.#sign(join, person.key),
      await this.#sign({ type: 'feedback.submit', payload, privatePart }, person.key),
    ]
  }

  /** Signed by the doctor; the resources are the private part, so that nothing that they say is lost. */
  async prescribe({ rxId, patient, basis, ...rx }: PlannedPrescription): Promise<SignedTransaction[]> {
    const { subject } = this.#people.get(patient)!
    const lines = rx.lines.map((line, i) => ({ line: i + 1, ...line }))
    const { validUntil = startOfDay(this.#run.now) + DAY_SECONDS } = rx
    const payload = { rxId, subject, basis, lines, validUntil }
    const privatePart = { lines: rx.resources.map((resource, i) => ({ line: i + 1, request: resource })) }
    const draft = { type: 'prescription.issue', payload, privatePart }
    return [await this.#sign(draft, this.#clinicians.get(rx.prescriber))]
  }

  /** Signed by the pharmacist. */
  async dispense({
    pharmacist,
    place: _,
    line,
    quantity,
    packs,
    ...about
  }: PlannedDispensing): Promise<SignedTransaction[]> {
    const given = { ...about, quantities: [{ line, quantity }] }
    const payload = packs.length === 0 ? given : { ...given, packs: [...packs] }
    return [await this.#sign({ type: 'prescription.dispense', payload }, this.#clinicians.get(pharmacist))]
  }

  /** Codes and diagnosis go into the private part. */
  async bill({ patient, place: _, details, ...claim }: PlannedClaim): Promise<SignedTransaction[]> {
    const { subject } = this.#people.get(patient)!
    const payload = {
      ...claim,
      lines: claim.lines.map((line) => ({ ...line })),
      subject,
      caseRef: claim.visit,
    }
    return [await this.#sign({ type: 'claim.submit', payload, privatePart: details as AnyJson })]
  }

  /** Sends what is not in the journal yet, chunk by chunk. */
  async send<Item extends Planned>(
    what: string,
    planned: readonly Item[],
    sign: (item: Item) => Promise<SignedTransaction[]>,
  ): Promise<Tally> {
    const { client, onProgress, signal } = this.#run
    const open = planned.filter((item) => !this.#known.has(nameOf(item)))
    const tally = newTally(planned.length, planned.length - open.length)
    for (let at = 0; at < open.length; at += CHUNK_ITEMS) {
      signal.throwIfAborted()
      const items = open.slice(at, at + CHUNK_ITEMS)
      const signed = await mapAtOnce(items, UPLOADS_AT_ONCE, sign)
      const answers = await client.submit(signed.flat(), { wait: 'committed', signal })
      let next = 0
      for (const [position, transactions] of signed.entries()) {
        const own = answers.slice(next, next + transactions.length)
        next += transactions.length
        if (count(tally, own)) this.#done.add({ done: nameOf(items[position]!) })
      }
      onProgress(what, at + items.length, open.length)
    }
    return tally
  }

  #sign(draft: Draft, signer: Signer = this.#run.signer): Promise<SignedTransaction> {
    const { kernel, ledgerId } = this.#run.client
    return signTransaction(draft, { kernel, ledgerId, signer })
  }
}

/** Counts the answers of one item, and whether it is on the ledger now. */
function count(tally: Tally, answers: readonly SubmissionResult[]): boolean {
  const fault = answers.find(({ status, code }) => status !== 'accepted' && !EXISTS.has(code ?? ''))
  if (fault !== undefined) {
    countFailure(tally, fault.code ?? fault.status)
    return false
  }
  if (answers.some(({ status }) => status === 'accepted')) tally.accepted++
  else tally.already++
  return true
}

/** Maps with at most `atOnce` under way; results in order. */
async function mapAtOnce<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = new Array(items.length)
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const position = next++
      results[position] = await map(items[position]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane))
  return results
}
