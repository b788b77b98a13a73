/** `MedicationDispense` (R4 11.2) of what a pharmacy handed out, one a line of the prescription. */
import type {
  Medication,
  MedicationDispense,
  MedicationRequest,
  Organization,
  Reference,
} from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { fhirIdOf, identifierOf, referTo, referToActor, referToSubject } from './terms.ts'

/** A dispensing as the reads of the module `prescription` answer it. */
export interface DispensingAnswer {
  readonly ref: string
  readonly pharmacy: string
  readonly prescription: string
  readonly subject: string
  readonly quantities: readonly { readonly line: number; readonly quantity: number }[]
  readonly packs?: readonly string[]
  /** Actor id of the pharmacist. */
  readonly by: string
  readonly at: number
}

/**
 * Which pack belongs to which line, the ledger does not know: each resource names all that were handed out together.
 */
const packsOf = ({ packs = [] }: DispensingAnswer): Reference<Medication>[] =>
  packs.map((pack) => referTo<Medication>('Medication', 'pack', pack))

export const medicationDispensesOf = (dispensing: DispensingAnswer): MedicationDispense[] =>
  dispensing.quantities.map(({ line, quantity }) => {
    const { ref, pharmacy, prescription, subject, by, at, packs } = dispensing
    const [name, prescribed] = [`${ref}/${line}`, `${prescription}/${line}`]
    return {
      resourceType: 'MedicationDispense',
      id: fhirIdOf(name),
      identifier: [identifierOf('dispensingLine', name)],
      status: 'completed',
      medicationReference: referTo<Medication>('Medication', 'prescriptionLine', prescribed),
      subject: referToSubject(subject),
      ...(packs !== undefined && { supportingInformation: packsOf(dispensing) }),
      performer: [
        { actor: referToActor(by) },
        { actor: referTo<Organization>('Organization', 'member', pharmacy) },
      ],
      authorizingPrescription: [
        referTo<MedicationRequest>('MedicationRequest', 'prescriptionLine', prescribed),
      ],
      quantity: { value: quantity },
      whenHandedOver: instantOf(at),
    }
  })
