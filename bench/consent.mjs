/**
 * How many consents and openings of records a second does one node take over HTTP, rules run and synced to disk? Node
 * and client share the process; every transaction is signed beforehand, by the patient or the doctor whose it is.
 */
import { strict as assert } from 'node:assert'
import { createPrivateKey, sign } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../dist/api/index.js'
import { systemClock, toHex } from '../dist/base/index.js'
import {
  commitSubject,
  createClient,
  generateEncryptionKey,
  generateSigningKey,
  loadKernel,
  signingKeyToPem,
  signKeyStatement,
  signTransaction,
} from '../dist/client/index.js'
import { initData, keyPath, loadConfig, readSigningKey } from '../dist/host/index.js'
import { planConsortium } from '../dist/node/index.js'
import { compare, isMain, readOptions, report } from './harness.mjs'

const HOSPITAL = 'hospital'
const PLAN = { name: 'bench.medseal.example', node: HOSPITAL, members: [{ id: HOSPITAL, roles: [HOSPITAL] }] }
const PATIENTS = 256

/** A person whose transactions node:crypto signs: the same signatures, sooner. */
function makePerson(name) {
  const key = generateSigningKey()
  const privateKey = createPrivateKey(signingKeyToPem(key))
  return {
    actor: `${HOSPITAL}:${name}`,
    publicKey: key.publicKey,
    sign: (bytes) => sign(null, bytes, privateKey),
  }
}

async function enrolment(ledgerId, person, role) {
  const { actor, publicKey } = person
  const encryptionKey = toHex(generateEncryptionKey().publicKey)
  const statement = await signKeyStatement(person, { ledgerId, actor })
  return {
    type: 'identity.enrol',
    payload: { actor, role, publicKey: toHex(publicKey), encryptionKey, statement },
  }
}

/** Signs `drafts` (pairs of signer and draft) and sends them as one batch; all must be accepted. */
async function send(client, signed) {
  const answers = await client.submit(signed, { wait: 'committed' })
  const failed = answers.find(({ status }) => status !== 'accepted')
  assert.equal(failed, undefined, JSON.stringify(failed))
}

const signAll = (client, pairs) =>
  Promise.all(
    pairs.map(([signer, draft]) =>
      signTransaction(
        { ...draft, expiresInSeconds: 3_600 },
        { kernel: client.kernel, ledgerId: client.ledgerId, signer },
      ),
    ),
  )

async function enrolAll(client, hospital, doctor, patients) {
  const { kernel, ledgerId } = client
  const encounterAt = systemClock.nowSeconds()
  const drafts = [await enrolment(ledgerId, doctor, 'doctor')]
  for (const patient of patients) {
    const { subject } = commitSubject(kernel, HOSPITAL, patient.publicKey)
    patient.subject = subject
    const contentHash = toHex(kernel.sha256(patient.publicKey))
    drafts.push(
      await enrolment(ledgerId, patient, 'patient'),
      { type: 'identity.enrol-subject', payload: { subject, patient: patient.actor } },
      {
        type: 'record.anchor',
        payload: { recordId: subject, subject, kind: 'Observation', contentHash, encounterAt },
      },
    )
  }
  await send(
    client,
    await signAll(
      client,
      drafts.map((draft) => [hospital, draft]),
    ),
  )
}

/** The transactions of one round: `count` consents, and for each a notice and an opening. */
async function makeRound(client, doctor, patients, count, round) {
  const now = systemClock.nowSeconds()
  const [consents, notices, openings] = [[], [], []]
  for (let i = 0; i < count; i++) {
    const patient = patients[i % patients.length]
    const { subject } = patient
    const consentId = `c${round}-${i}`
    const terms = {
      grantee: doctor.actor,
      purpose: 'treatment',
      kinds: ['Observation'],
      from: now - 60,
      to: now + 86_400,
    }
    consents.push([patient, { type: 'consent.grant', payload: { consentId, subject, ...terms } }])
    const payload = {
      accessId: `a${round}-${i}`,
      subject,
      record: `${HOSPITAL}:${subject}`,
      consent: `${patient.actor}:${consentId}`,
      purpose: 'treatment',
    }
    notices.push([doctor, { type: 'access.notify', payload }])
    openings.push([doctor, { type: 'access.open', payload }])
  }
  return Promise.all([consents, notices, openings].map((pairs) => signAll(client, pairs)))
}

export default async function run({ smoke }) {
  const [count, rounds] = smoke ? [256, 2] : [2_048, 7]
  const data = join(mkdtempSync(join(tmpdir(), 'medseal-bench-')), 'data')
  const kernel = await loadKernel()
  initData(kernel, data, planConsortium(PLAN, systemClock))
  const server = await startServer(loadConfig({ flags: { data, port: '0', logLevel: 'error' } }))
  try {
    const client = await createClient({ url: server.url, kernel })
    const doctor = makePerson('doctor')
    const patients = Array.from({ length: PATIENTS }, (_, i) => makePerson(`p${i}`))
    await enrolAll(client, readSigningKey(keyPath(data, HOSPITAL)), doctor, patients)
    const made = []
    for (let round = 0; round <= rounds; round++) {
      made.push(await makeRound(client, doctor, patients, count, round))
    }
    const names = ['consents granted', 'openings announced', 'records opened']
    const cases = names.map((name, kind) => {
      let round = 0
      return { name, work: count, run: () => send(client, made[round++][kind]) }
    })
    const rows = await compare(cases, rounds)
    const title = `Batches of ${count}, one at a time`
    const parts = [{ title, unit: 'transactions/s', reference: names[0], rows }]
    report(
      {
        name: 'consent',
        question: 'How many consents and openings a second does a node take, end to end?',
        parts,
        notes: ['Checked at the door, executed, committed with a sync before the answer.'],
      },
      { smoke },
    )
  } finally {
    await server.close()
    rmSync(join(data, '..'), { recursive: true, force: true })
  }
}

if (isMain(import.meta.url)) await run(readOptions())
