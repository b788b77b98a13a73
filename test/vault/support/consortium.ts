/** A real node in a data folder of its own, and a client for everyone named in its genesis. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from '../../../src/api/index.ts'
import { type Clock, systemClock, toHex } from '../../../src/base/index.ts'
import {
  type Client,
  commitSubject,
  createClient,
  type Draft,
  type EncryptionKey,
  encryptionKeyFromPem,
  signingKeyFromPem,
  Vault,
} from '../../../src/client/index.ts'
import { encryptionKeyPath, initData, keyPath, loadConfig } from '../../../src/host/index.ts'
import { planConsortium } from '../../../src/node/index.ts'
import { startLightServer } from '../../node/support/light-node.ts'
import { kernel } from '../../node/support/world.ts'

const PLAN = {
  name: 'test.example',
  node: 'hospital',
  members: [
    { id: 'hospital', roles: ['hospital'] },
    { id: 'clinic', roles: ['hospital'] },
    { id: 'insurer', roles: ['insurer'] },
    { id: 'commission', roles: ['health-commission'] },
    { id: 'fund', roles: ['social-security'] },
    { id: 'auditor', roles: ['auditor'] },
  ],
  actors: [
    { id: 'hospital:break-glass', role: 'employee' },
    { id: 'hospital:dr-li', role: 'doctor' },
    { id: 'hospital:dr-night', role: 'doctor' },
    { id: 'hospital:ph-sun', role: 'pharmacist' },
    { id: 'hospital:ann', role: 'patient' },
    { id: 'hospital:bob', role: 'patient' },
    { id: 'insurer:eve', role: 'employee' },
  ],
} as const

/** The machine's clock, moved by `offset` seconds. */
export interface MovableClock extends Clock {
  offset: number
}

export const movableClock = (): MovableClock => {
  const clock: MovableClock = {
    ...systemClock,
    offset: 0,
    nowSeconds: () => systemClock.nowSeconds() + clock.offset,
  }
  return clock
}

export class Consortium {
  readonly data = join(mkdtempSync(join(tmpdir(), 'medseal-vault-')), 'data')
  readonly clock = movableClock()
  server!: Server

  static async start(parameters: { readonly [name: string]: number } = {}): Promise<Consortium> {
    const consortium = new Consortium()
    initData(kernel, consortium.data, planConsortium({ ...PLAN, parameters }, systemClock))
    await consortium.open()
    return consortium
  }

  get objectsFolder(): string {
    return join(this.data, 'vault', 'objects')
  }

  async open(): Promise<void> {
    const config = loadConfig({ flags: { data: this.data, port: '0', threads: '1', logLevel: 'error' } })
    this.server = await startLightServer(config, { clock: this.clock, writeLog: () => {} })
  }

  async stop(): Promise<void> {
    await this.server.close()
  }

  async end(): Promise<void> {
    await this.stop()
    rmSync(join(this.data, '..'), { recursive: true, force: true })
  }

  encryptionKey(actor: string): EncryptionKey {
    return encryptionKeyFromPem(readFileSync(encryptionKeyPath(this.data, actor), 'utf8'))
  }

  client(actor: string): Promise<Client> {
    const signer = signingKeyFromPem(readFileSync(keyPath(this.data, actor), 'utf8'))
    return createClient({ url: this.server.url, kernel, signer, actor, clock: this.clock })
  }

  async vault(actor: string): Promise<Vault> {
    const client = await this.client(actor)
    return new Vault(client, actor.includes(':') ? this.encryptionKey(actor) : undefined)
  }

  /** Signs and submits; the transaction's id. Throws where it is not accepted and final. */
  async must(actor: string, type: string, payload: Draft['payload']): Promise<string> {
    const client = await this.client(actor)
    const answer = await client.send({ type, payload }, { wait: 'final' })
    if (answer.status !== 'accepted') throw new Error(`${type}: ${answer.status} ${answer.code}`)
    return answer.id
  }

  /** Enrols a subject of a patient of the hospital. */
  async enrolSubject(patient: string): Promise<string> {
    const key = signingKeyFromPem(readFileSync(keyPath(this.data, patient), 'utf8'))
    const { subject } = commitSubject(kernel, 'hospital', key.publicKey)
    await this.must('hospital', 'identity.enrol-subject', { subject, patient })
    return subject
  }

  /** A doctor of the hospital stores and anchors a content; the patient can read it. */
  async anchor(recordId: string, subject: string, bytes: Uint8Array, patient = 'hospital:ann') {
    const vault = await this.vault('hospital:dr-li')
    const sealed = await vault.storeContent(() => [bytes], [this.encryptionKey(patient).publicKey])
    const { contentHash, vaultHash } = sealed
    const encounterAt = systemClock.nowSeconds()
    const payload = { recordId, subject, kind: 'DiagnosticReport', contentHash, vaultHash, encounterAt }
    await this.must('hospital:dr-li', 'record.anchor', payload)
    return { ...sealed, ref: `hospital:${recordId}` }
  }

  /** The patient lets the insurer open its reports; the reference of the consent. */
  async grant(consentId: string, subject: string, patient = 'hospital:ann'): Promise<string> {
    const from = systemClock.nowSeconds() - 10
    await this.must(patient, 'consent.grant', {
      consentId,
      subject,
      grantee: 'insurer:eve',
      purpose: 'underwriting',
      kinds: ['DiagnosticReport'],
      from,
      to: from + 86_400,
    })
    return `${patient}:${consentId}`
  }

  /** The insurer's notice and opening; the id of the opening. */
  async openRecord(accessId: string, subject: string, record: string, consent: string): Promise<string> {
    const payload = { accessId, subject, record, consent, purpose: 'underwriting' }
    await this.must('insurer:eve', 'access.notify', payload)
    return this.must('insurer:eve', 'access.open', payload)
  }

  /** Another token than the client's own, for a node of any name. */
  async fetchAs(actor: string, path: string, init: RequestInit = {}): Promise<Response> {
    const token = await (await this.client(actor)).token()
    const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` }
    return fetch(`${this.server.url}${path}`, { ...init, headers })
  }
}

export const hexKey = (key: EncryptionKey): string => toHex(key.publicKey)

export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}
