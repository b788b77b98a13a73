/** FHIR as it is served: every read that has an export, from a real ledger, against the schema of R4. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFhirFault } from '../fhir/support/schema.ts'
import { Consortium } from '../vault/support/consortium.ts'

let consortium: Consortium
let subject: string
let anchored: string
let opened: string
beforeAll(async () => {
  consortium = await Consortium.start()
  subject = await consortium.enrolSubject('hospital:ann')
  const record = await consortium.anchor('r1', subject, new Uint8Array(randomBytes(100)))
  const amendment = { recordId: 'r1', subject, supersedes: 1, contentHash: 'ab'.repeat(32) }
  anchored = await consortium.must('hospital:dr-li', 'record.amend', amendment)
  const consent = await consortium.grant('c1', subject)
  opened = await consortium.openRecord('a1', subject, record.ref, consent)
  const emergency = { accessId: 'e1', subject, record: record.ref, supervisor: 'commission' }
  await consortium.must('hospital:dr-night', 'access.break-glass', emergency)
  await consortium.anchor('r2', subject, new Uint8Array(randomBytes(100)))
  await consortium.must('hospital', 'record.erase', { recordId: 'r2', subject, reason: 'ordered' })
})
afterAll(() => consortium.end())

const fetchFhir = (path: string, actor: string, accept = 'application/fhir+json') =>
  consortium.fetchAs(actor, path, { headers: { accept } })

interface Served {
  readonly resourceType: string
  readonly entry?: readonly { readonly resource: { readonly resourceType: string } }[]
}

describe('a read asked for FHIR', () => {
  it.each([
    [
      'records of a subject',
      () => `/v1/record/records?subject=${subject}`,
      'hospital:ann',
      'DocumentReference',
      2,
    ],
    ['a record', () => '/v1/record/records/hospital:r1', 'hospital:dr-li', 'DocumentReference', 0],
    ['an erased record', () => '/v1/record/records/hospital:r2', 'hospital:ann', 'DocumentReference', 0],
    ['consents of a subject', () => `/v1/consent/consents?subject=${subject}`, 'hospital:ann', 'Consent', 1],
    ['a consent', () => '/v1/consent/consents/hospital:ann:c1', 'insurer:eve', 'Consent', 0],
    ['consents granted', () => '/v1/consent/granted?grantee=insurer:eve', 'insurer:eve', 'Consent', 1],
    ['accesses', () => `/v1/access/accesses?subject=${subject}`, 'hospital:ann', 'AuditEvent', 2],
    ['an access', () => '/v1/access/accesses/insurer:eve:a1', 'insurer:eve', 'AuditEvent', 0],
    ['broken glass', () => '/v1/access/break-glass', 'commission', 'AuditEvent', 1],
    ['a receipt', () => `/v1/receipts/${anchored}`, 'hospital:ann', 'Provenance', 0],
  ])('%s', async (_name, path, actor, type, count) => {
    const response = await fetchFhir(path(), actor)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^application\/fhir\+json;/)
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    const resource = (await response.json()) as Served
    expect(findFhirFault(resource)).toBeUndefined()
    const types = resource.entry?.map((entry) => entry.resource.resourceType) ?? [resource.resourceType]
    expect(types).toEqual(Array.from({ length: count || 1 }, () => type))
  })

  it('has the rights of the read', async () => {
    expect((await fetchFhir('/v1/record/records/hospital:r1', 'hospital:bob')).status).toBe(404)
    expect((await fetchFhir(`/v1/access/accesses?subject=${subject}`, 'insurer:eve')).status).toBe(404)
  })

  it('says where there is none', async () => {
    for (const [path, actor] of [
      ['/v1/identity/me', 'hospital:ann'],
      ['/v1/record/records/hospital:r1/versions', 'hospital:ann'],
      [`/v1/receipts/${opened}`, 'insurer:eve'],
    ] as const) {
      const response = await fetchFhir(path, actor)
      expect(response.status, path).toBe(406)
      expect(await response.json()).toMatchObject({ code: 'read.no-export' })
    }
  })

  it('is JSON unless FHIR is named', async () => {
    for (const accept of ['*/*', 'application/json', 'text/html, application/xhtml+xml']) {
      const response = await fetchFhir('/v1/record/records/hospital:r1', 'hospital:ann', accept)
      expect(await response.json()).toMatchObject({ ref: 'hospital:r1' })
    }
  })
})
