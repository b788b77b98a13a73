/** What the demo writes, stage by stage: people first, then the records about them. */
import { toHex } from '../base/index.ts'
import type { Register } from '../facility/index.ts'
import { openPerson, type Person } from '../facility/index.ts'
import { type ActorRole, keyStatementInput, memberOf, type SigningKey } from '../protocol/index.ts'
import { openMember } from './actors.ts'
import { CITY_HOSPITAL, TOWN_HOSPITAL } from './consortium.ts'
import type { Examples } from './examples.ts'
import { type GeneratorOptions, generateVisit, syntheticPatientName } from './generator.ts'
import type { SignedBy, Stage } from './stage.ts'

/** What stages are made from. */
export interface StagePlan {
  readonly data: string
  /** 32 bytes. */
  readonly ledgerId: Uint8Array
  readonly register: Register
  /** Undefined where the package is not installed. */
  readonly examples: Examples | undefined
  readonly generator: GeneratorOptions
  readonly visits: number
}

/** The large hospital sees three patients of four. */
const facilityOf = (index: number): string => (index % 4 === 3 ? TOWN_HOSPITAL : CITY_HOSPITAL)

/** Makes each value once: keys are read from files, and people come up again and again. */
function remember<Value>(make: (key: string) => Value): (key: string) => Value {
  const made = new Map<string, Value>()
  return (key) => {
    const known = made.get(key)
    if (known !== undefined) return known
    const value = make(key)
    made.set(key, value)
    return value
  }
}

/** `identity.enrol`, signed by the member, with the new key's own statement. */
export function enrolPerson(
  ledgerId: Uint8Array,
  member: SigningKey,
  person: Person,
  role: ActorRole,
): SignedBy {
  const statement = person.key.sign(keyStatementInput(ledgerId, person.id, undefined, person.key.publicKey))
  const payload = {
    actor: person.id,
    role,
    publicKey: toHex(person.key.publicKey),
    encryptionKey: person.encryptionKey,
    statement: toHex(statement),
  }
  return { draft: { type: 'identity.enrol', payload }, key: member }
}

/** What the stages of one plan share: keys once read, and how a patient is enrolled or a record anchored. */
interface Writers {
  person(id: string): Person
  /** The key of the member that an actor belongs to. */
  keyOfMember(actor: string): SigningKey
  enrol(id: string, role: ActorRole): SignedBy
  /** Enrolment, then the subject under which the patient's facility keeps it. */
  enrolPatient(id: string): readonly SignedBy[]
  anchor(author: SigningKey, patientId: string, record: RecordToAnchor): SignedBy
}

interface RecordToAnchor {
  readonly name: string
  readonly kind: string
  readonly contentHash: string
  readonly time: number
}

function createWriters({ data, ledgerId, register }: StagePlan): Writers {
  const memberKey = remember((member) => openMember(data, member))
  const person = remember((id) => openPerson(data, id))
  const keyOfMember = (actor: string) => memberKey(memberOf(actor))
  const enrol = (id: string, role: ActorRole) => enrolPerson(ledgerId, keyOfMember(id), person(id), role)
  return {
    person,
    keyOfMember,
    enrol,
    enrolPatient(id) {
      const payload = { subject: register.subjectOf(person(id)), patient: id }
      return [
        enrol(id, 'patient'),
        { draft: { type: 'identity.enrol-subject', payload }, key: keyOfMember(id) },
      ]
    },
    anchor(author, patientId, { name: recordId, kind, contentHash, time: encounterAt }) {
      const subject = register.subjectOf(person(patientId))
      const payload = { recordId, subject, kind, contentHash, encounterAt }
      return { draft: { type: 'record.anchor', payload }, key: author }
    },
  }
}

/**
 * HL7's practitioners as doctors, its patients, and the records that name them, signed by doctors of their hospital.
 */
function planExamples({ generator }: StagePlan, writers: Writers, examples: Examples): Stage[] {
  const fhirIds = [...examples.patients, ...examples.namedOnly]
  const patientIds = fhirIds.map((fhirId, i) => `${facilityOf(i)}:patient-${fhirId}`)
  const patientIdOf = new Map(fhirIds.map((fhirId, i) => [fhirId, patientIds[i]!]))
  const doctorIds = examples.practitioners.map((fhirId, i) => `${facilityOf(i)}:doctor-${fhirId}`)
  return [
    {
      name: 'hl7Practitioners',
      label: 'HL7 practitioners enrolled',
      itemCount: doctorIds.length,
      item: (i) => [writers.enrol(doctorIds[i]!, 'doctor')],
    },
    {
      name: 'hl7Patients',
      label: 'HL7 patients enrolled',
      itemCount: patientIds.length,
      item: (i) => writers.enrolPatient(patientIds[i]!),
    },
    {
      name: 'hl7Records',
      label: 'HL7 records anchored',
      itemCount: examples.records.length,
      item: (i) => {
        const record = examples.records[i]!
        const patientId = patientIdOf.get(record.patient)!
        const doctors = doctorIds.filter((id) => memberOf(id) === memberOf(patientId))
        const author = writers.person(doctors[i % doctors.length]!).key
        return [writers.anchor(author, patientId, { ...record, time: record.time ?? generator.until })]
      },
    },
  ]
}

/** The generator's patients and their visits, signed by the hospital's own key. */
function planSynthetic({ generator, visits }: StagePlan, writers: Writers): Stage[] {
  const patientId = (index: number): string => `${facilityOf(index)}:${syntheticPatientName(index)}`
  return [
    {
      name: 'syntheticPatients',
      label: 'synthetic patients enrolled',
      itemCount: generator.patients,
      item: (i) => writers.enrolPatient(patientId(i)),
    },
    {
      name: 'syntheticVisits',
      label: 'synthetic visits anchored',
      itemCount: visits,
      item: (i) => {
        const visit = generateVisit(i, generator)
        const id = patientId(visit.patient)
        return [writers.anchor(writers.keyOfMember(id), id, visit)]
      },
    },
  ]
}

/** The stages of a demo, in the order in which they must run. */
export function planStages(plan: StagePlan): Stage[] {
  const writers = createWriters(plan)
  const examples = plan.examples === undefined ? [] : planExamples(plan, writers, plan.examples)
  return [...examples, ...planSynthetic(plan, writers)]
}
