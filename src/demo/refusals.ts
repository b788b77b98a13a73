/** What the ledger does not let happen: each attempt is really made, and answered with a code. */
import { toHex } from '../base/index.ts'
import { type Client, type Draft, type SignedTransaction, signTransaction } from '../client/index.ts'
import type { Register } from '../facility/index.ts'
import { openPerson, type Person } from '../facility/index.ts'
import type { SigningKey } from '../protocol/index.ts'
import { openMember } from './actors.ts'
import { CITY_HOSPITAL, TOWN_HOSPITAL } from './consortium.ts'
import type { GeneratorOptions } from './generator.ts'
import { enrolPerson } from './stages.ts'

/** One attempt and its answer. */
export interface ShownRefusal {
  readonly attempt: string
  /** `refused`: by a rule, written into the log. `rejected`: at the door, without a trace. */
  readonly status: string
  readonly code: string
}

export interface RefusalPlan {
  readonly client: Client
  readonly data: string
  readonly register: Register
  readonly generator: GeneratorOptions
  readonly signal: AbortSignal
}

interface Attempt {
  readonly attempt: string
  readonly transaction: SignedTransaction
}

/** SHA-256 of nothing. */
const HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const PATIENT = `${CITY_HOSPITAL}:patient-of-the-refusals`
const DOCTOR = `${CITY_HOSPITAL}:doctor-who-left`
const RECORD = 'record-of-the-refusals'

const sendAll = (plan: RefusalPlan, transactions: readonly SignedTransaction[]) =>
  plan.client.submit(transactions, { wait: 'committed', signal: plan.signal })

/** Those who act in the attempts. */
interface Cast {
  readonly city: SigningKey
  readonly town: SigningKey
  readonly doctor: Person
  sign(draft: Draft, signer: SigningKey, ledgerId?: Uint8Array): Promise<SignedTransaction>
  /** A record about the large hospital's patient. */
  record(recordId: string): Draft
}

/** Enrols a patient with one record, and a doctor whose key is revoked at once. */
async function prepareCast(plan: RefusalPlan): Promise<Cast> {
  const { data, generator, register } = plan
  const { kernel, ledgerId } = plan.client
  const [city, town] = [openMember(data, CITY_HOSPITAL), openMember(data, TOWN_HOSPITAL)]
  const [patient, doctor] = [openPerson(data, PATIENT), openPerson(data, DOCTOR)]
  const subject = register.subjectOf(patient)
  const sign: Cast['sign'] = (draft, signer, ledger = ledgerId) =>
    signTransaction(draft, { kernel, ledgerId: ledger, signer })
  const record = (recordId: string): Draft => ({
    type: 'record.anchor',
    payload: { recordId, subject, kind: 'Encounter', contentHash: HASH, encounterAt: generator.until },
  })
  const drafts: Draft[] = [
    enrolPerson(ledgerId, city, patient, 'patient').draft,
    { type: 'identity.enrol-subject', payload: { subject, patient: PATIENT } },
    enrolPerson(ledgerId, city, doctor, 'doctor').draft,
    record(RECORD),
    { type: 'identity.revoke-key', payload: { actor: DOCTOR, key: toHex(doctor.key.publicKey) } },
  ]
  await sendAll(plan, await Promise.all(drafts.map((draft) => sign(draft, city))))
  return { city, town, doctor, sign, record }
}

/** The attempts, in the order in which they are shown. */
async function makeAttempts(plan: RefusalPlan, cast: Cast): Promise<Attempt[]> {
  const { city, town, doctor, sign, record } = cast
  // The statement is the hospital's own: whoever holds the new key never agreed.
  const unasked = openPerson(plan.data, `${CITY_HOSPITAL}:doctor-unasked`)
  const forger = { ...unasked, key: { ...unasked.key, sign: city.sign } }
  const forged = enrolPerson(plan.client.ledgerId, city, forger, 'doctor').draft
  const altered = (await sign(record('altered'), city)).entry.slice()
  altered[Buffer.from(altered).indexOf(HASH)]! ^= 1
  return [
    {
      attempt: 'another hospital anchors a record for a patient it does not have',
      transaction: await sign(record('by-a-stranger'), town),
    },
    {
      attempt: 'a hospital uses a record id a second time',
      transaction: await sign(record(RECORD), city),
    },
    {
      attempt: 'a hospital enrols a key whose holder never agreed',
      transaction: await sign(forged, city),
    },
    {
      attempt: 'a doctor whose key was revoked signs',
      transaction: await sign(record('revoked'), doctor.key),
    },
    {
      attempt: 'a transaction that has expired is sent',
      transaction: await sign({ ...record('expired'), expiresInSeconds: -60 }, city),
    },
    {
      attempt: 'a signature made for another ledger is sent here',
      transaction: await sign(record('elsewhere'), city, new Uint8Array(32)),
    },
    { attempt: 'a signed transaction is altered by one bit', transaction: { id: '', entry: altered } },
  ]
}

/** Makes every attempt and says how it was answered. Rejects only where the node can not be asked. */
export async function showRefusals(plan: RefusalPlan): Promise<ShownRefusal[]> {
  const attempts = await makeAttempts(plan, await prepareCast(plan))
  const answers = await sendAll(
    plan,
    attempts.map(({ transaction }) => transaction),
  )
  return attempts.map(({ attempt }, i) => ({
    attempt,
    status: answers[i]!.status,
    code: answers[i]!.code ?? 'none',
  }))
}
