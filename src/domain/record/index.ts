/** Commitments to medical records. docs/domain/record.md. */
import { DAY_SECONDS, YEAR_SECONDS } from '../../base/index.ts'
import type { DomainModule } from '../contract.ts'
import { erase } from './erasure.ts'
import {
  contentOwner,
  erasedContents,
  findLatest,
  findRecord,
  listContents,
  listRecords,
  listRecordsOfCase,
} from './ports.ts'
import { extendQuota, quotaBytes } from './quota.ts'
import { reads } from './reads.ts'
import { report } from './reports.ts'
import * as verbs from './rules.ts'
import { CONTENTS, LATEST, QUOTAS, RECORDS, REPORTS, VERSIONS } from './state.ts'

const GIBIBYTE = 1_073_741_824

export const record: DomainModule = {
  name: 'record',
  summary:
    'Commitments to medical records, kept by facilities and by patients; contents stay off the ledger.',
  verbs: {
    anchor: verbs.anchor,
    amend: verbs.amend,
    import: verbs.importRecord,
    erase,
    report,
    'extend-quota': extendQuota,
  },
  reads,
  tables: [RECORDS, VERSIONS, CONTENTS, LATEST, QUOTAS, REPORTS],
  parameters: {
    lateAfterSeconds: {
      default: 604_800,
      min: 0,
      max: YEAR_SECONDS,
      meaning:
        'A record anchored longer than this after its encounter is marked late. Seconds; 7 days, within which Chinese hospitals archive the file of a discharged patient.',
    },
    futureSecondsMax: {
      default: 300,
      min: 0,
      max: DAY_SECONDS,
      meaning:
        "How far an encounter may lie ahead of block time. Seconds; forgives a facility's clock five minutes.",
    },
    retentionSeconds: {
      default: 473_364_000,
      min: 0,
      max: 3_155_760_000,
      meaning:
        'How long a facility keeps a record after its encounter before it may erase it because the time is over. Seconds; 15 years, what Chinese outpatient files are kept.',
    },
    quotaFreeBytes: {
      default: 5 * GIBIBYTE,
      min: 0,
      max: 1_024 * GIBIBYTE,
      meaning:
        'What a patient may keep in the vault of what it holds itself, without paying. Bytes of ciphertext; 5 GiB, a few CT studies and all reports of a life.',
    },
    quotaUnitBytes: {
      default: GIBIBYTE,
      min: 1_048_576,
      max: 1_024 * GIBIBYTE,
      meaning: 'By how much one unit extends a quota. Bytes; 1 GiB.',
    },
    quotaUnitPoints: {
      default: 100,
      min: 1,
      max: 1_000_000_000,
      meaning: 'Price of one unit. Points, to the member that enrolled the patient and keeps the contents.',
    },
    quotaBytesMax: {
      default: 64 * GIBIBYTE,
      min: 0,
      max: 4_096 * GIBIBYTE,
      meaning:
        'Up to which a quota can be extended. Bytes; 64 GiB, a quarter of what a node keeps for a member.',
    },
    cellCountMin: {
      default: 10,
      min: 5,
      max: 1_000,
      meaning: 'Smallest count that a report may show or let be computed. People; 10.',
    },
  },
  ports: {
    'record.find': (context) => (reference) => findRecord(context, reference),
    'record.contentOwner': (context) => (actor) => contentOwner(context, actor),
    'record.erasedContents':
      (context) =>
      (...erasure) =>
        erasedContents(context, ...erasure),
    'record.contents': (context) => (reference) => listContents(context, reference),
    'record.ofSubject':
      (context) =>
      (...query) =>
        listRecords(context, ...query),
    'record.quota': (context) => (owner) => quotaBytes(context, owner),
    'record.ofCase':
      (context) =>
      (...query) =>
        listRecordsOfCase(context, ...query),
    'record.latest': (context) => (subject, kind) => findLatest(context, subject, kind),
  },
  needs: [
    'identity.facilityOf',
    'identity.actsFor',
    'identity.actor',
    'identity.member',
    'settlement.transfer',
  ],
}
