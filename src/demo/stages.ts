/** What the demo writes, stage by stage: people first, then the records about them. */
import { toHex } from '../base/index.ts'
import { type ActorRole, keyStatementInput, type SigningKey } from '../protocol/index.ts'
import { type DemoPerson, openMember, openPerson } from './actors.ts'
import { CITY_HOSPITAL, TOWN_HOSPITAL } from './consortium.ts'
import type { Examples } from './examples.ts'
import { type GeneratorOptions, generateVisit, syntheticPatientName } from './generator.ts'
import type { Register } from './register.ts'
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
  person: DemoPerson,
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

/** The stages of a demo, in the order in which they must run. */
export function planStages(plan: StagePlan): Stage[] {
  const { data, ledgerId, register, examples, generator } = plan
  const memberKey = remember((member) => openMember(data, member))
  const person = remember((id) => openPerson(data, id))
  const examplePatients = examples === undefined ? [] : [...examples.patients, ...examples.namedOnly]
  const doctors = examples?.practitioners ?? []
  const patientIds = new Map(
    examplePatients.map((fhirId, i) => [fhirId, `${facilityOf(i)}:patient-${fhirId}`]),
  )
  const doctorIds = doctors.map((fhirId, i) => `${facilityOf(i)}:doctor-${fhirId}`)
  const doctorsOf = (facility: string) => doctorIds.filter((id) => id.startsWith(`${facility}:`))

  const enrolPatient = (id: string): SignedBy[] => {
    const patient = person(id)
    const key = memberKey(id.split(':', 1)[0]!)
    const payload = { subject: register.subjectOf(patient), patient: id }
    return [
      enrolPerson(ledgerId, key, patient, 'patient'),
      { draft: { type: 'identity.enrol-subject', payload }, key },
    ]
  }
  const syntheticId = (index: number): string => `${facilityOf(index)}:${syntheticPatientName(index)}`
  const anchor = (
    key: SigningKey,
    patientId: string,
    record: { name: string; kind: string; contentHash: string; time: number },
  ): SignedBy => {
    const subject = register.subjectOf(person(patientId))
    const { name: recordId, kind, contentHash, time: encounterAt } = record
    return {
      draft: { type: 'record.anchor', payload: { recordId, subject, kind, contentHash, encounterAt } },
      key,
    }
  }

  return [
    {
      name: 'hl7Practitioners',
      label: 'HL7 practitioners enrolled',
      itemCount: doctorIds.length,
      item: (i) => {
        const id = doctorIds[i]!
        return [enrolPerson(ledgerId, memberKey(id.split(':', 1)[0]!), person(id), 'doctor')]
      },
    },
    {
      name: 'hl7Patients',
      label: 'HL7 patients enrolled',
      itemCount: examplePatients.length,
      item: (i) => enrolPatient(patientIds.get(examplePatients[i]!)!),
    },
    {
      name: 'hl7Records',
      label: 'HL7 records anchored',
      itemCount: examples?.records.length ?? 0,
      item: (i) => {
        const record = examples!.records[i]!
        const patientId = patientIds.get(record.patient)!
        const authors = doctorsOf(patientId.split(':', 1)[0]!)
        const time = record.time ?? generator.until
        return [anchor(person(authors[i % authors.length]!).key, patientId, { ...record, time })]
      },
    },
    {
      name: 'syntheticPatients',
      label: 'synthetic patients enrolled',
      itemCount: generator.patients,
      item: (i) => enrolPatient(syntheticId(i)),
    },
    {
      name: 'syntheticVisits',
      label: 'synthetic visits anchored',
      itemCount: plan.visits,
      item: (i) => {
        const visit = generateVisit(i, generator)
        return [anchor(memberKey(facilityOf(visit.patient)), syntheticId(visit.patient), visit)]
      },
    },
  ]
}
