/** Commitments to medical records. docs/domain/record.md. */
import type { DomainModule } from '../contract.ts'
import { findRecord, reads } from './reads.ts'
import * as verbs from './rules.ts'

export const record: DomainModule = {
  name: 'record',
  summary:
    'Commitments to medical records, kept by facilities and by patients; contents stay off the ledger.',
  verbs: { anchor: verbs.anchor, amend: verbs.amend, import: verbs.importRecord },
  reads,
  parameters: {
    lateAfterSeconds: {
      default: 604_800,
      min: 0,
      max: 31_536_000,
      meaning:
        'A record anchored longer than this after its encounter is marked late. Seconds; 7 days, within which Chinese hospitals archive the file of a discharged patient.',
    },
    futureSecondsMax: {
      default: 300,
      min: 0,
      max: 86_400,
      meaning:
        "How far an encounter may lie ahead of block time. Seconds; forgives a facility's clock five minutes.",
    },
  },
  ports: { 'record.find': (context) => (reference) => findRecord(context, reference) },
  needs: ['identity.facilityOf', 'identity.actsFor'],
}
