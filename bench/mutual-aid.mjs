/**
 * What does a round of mutual aid cost over 10,000 to 40,000,000 members, and how fast do they join? The rules run as
 * the ledger runs them, on a state in memory; signatures are not the question. Cohorts of a thousand are made on the
 * fly and forgotten: what stays is the state. One round is one `aid.publish` and one `aid.share`.
 */
import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { utf8 } from '../dist/base/index.js'
import { aidCommitmentInput, createReadContext, dateOf, executeRule, registry } from '../dist/domain/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { createRuleCrypto } from '../dist/ledger/rule-crypto.js'
import { canonicalJson, encodeBase64, encodeBody } from '../dist/protocol/index.js'
import { compare, isMain, readOptions, report } from './harness.mjs'

const COHORT = 1_000
const DAY = 86_400
/** 2026-01-01 10:00 in China. */
const START = 1_767_232_800
const PLAN = 'sponsor:plan'
const ENTRY_HEAD_BYTES = 97
/** Days over which members join, so that the rounds meet as many different days of cover. */
const JOINING_DAYS = 30

const hashOf = (text) => createHash('sha256').update(text).digest('hex')

/** State in memory, a map for each kind of key, so that a list looks at no other kind. */
class BenchState {
  #kinds = new Map()

  #kind(key) {
    const name = key.slice(0, key.indexOf('/', key.indexOf('/') + 1))
    let kind = this.#kinds.get(name)
    if (kind === undefined) this.#kinds.set(name, (kind = new Map()))
    return kind
  }

  get = (key) => this.#kind(key).get(key)
  put = (key, value) => void this.#kind(key).set(key, value)
  delete = (key) => void this.#kind(key).delete(key)
  list(prefix, { after, limit }) {
    const keys = [...this.#kind(prefix).keys()].filter(
      (key) => key.startsWith(prefix) && (after === undefined || key > after),
    )
    return keys
      .sort()
      .slice(0, limit)
      .map((key) => [key, this.get(key)])
  }

  /** Bytes of keys and values under a prefix, as the state digest takes them. */
  bytes(prefix) {
    let sum = 0
    for (const kind of this.#kinds.values()) {
      for (const [key, value] of kind) {
        if (key.startsWith(prefix)) sum += utf8(key).length + utf8(canonicalJson(value)).length
      }
    }
    return sum
  }
}

const member = (id, ...roles) => ({ id, roles, key: hashOf(`key of ${id}`) })
const person = (id, role) => {
  const [owner] = id.split(':')
  return { id, member: owner, role, key: hashOf(`key of ${id}`), encryptionKey: hashOf(id) }
}

/** A consortium with a plan of two collectors, and a way to run its rules. */
class Bench {
  time = START
  height = 1
  state = new BenchState()
  #crypto
  #kernel

  constructor(kernel) {
    this.#kernel = kernel
    this.#crypto = createRuleCrypto(kernel, new Uint8Array(32))
    const members = [
      member('sponsor', 'mutual-aid-sponsor'),
      member('platform', 'platform'),
      member('bureau', 'social-security'),
      member('hospital', 'hospital'),
    ]
    const actors = [person('sponsor:investigator', 'investigator'), person('hospital:patient', 'patient')]
    const parameters = { 'aid.membersMin': 1 }
    registry.applyGenesis({ name: 'bench', time: START, quorum: 1, members, actors, parameters }, this.state)
    this.#prepare(members)
  }

  get scene() {
    return { state: this.state, crypto: this.#crypto, time: this.time, height: this.height }
  }

  run(signer, type, payload) {
    const key = hashOf(`key of ${signer}`)
    const { actor } = registry.bindPorts(this.scene)('identity.signer')(key)
    assert.equal(registry.checkPayload(type, payload), undefined)
    const refusal = executeRule(registry, this.scene, {
      type,
      payload,
      signer: actor,
      privateHash: undefined,
    })
    assert.equal(refusal, undefined, `${type}: ${refusal?.code} ${refusal?.details?.field}`)
  }

  read(reader, path, query) {
    const key = hashOf(`key of ${reader}`)
    const { actor } = registry.bindPorts(this.scene)('identity.signer')(key)
    const context = createReadContext(registry, this.scene, { module: 'aid', reader: actor, query })
    return registry.read('aid', path).run(context)
  }

  pass(seconds) {
    this.time += seconds
    this.height += 1
  }

  #prepare(members) {
    const issuer = { member: 'bureau', currency: 'cny-fen', ceiling: 1e13 }
    this.run('bureau', 'governance.propose', { proposalId: 'issuer', change: { issuer } })
    const approvers = members.filter(({ id }) => id !== 'bureau')
    for (const { id } of approvers.slice(0, 2)) {
      this.run(id, 'governance.approve', { proposal: 'bureau:issuer' })
    }
    this.pass(1)
    this.run('bureau', 'settlement.issue', { to: 'sponsor', currency: 'cny-fen', amount: 1e10 })
    const subject = hashOf('subject')
    this.run('hospital', 'identity.enrol-subject', { subject, patient: 'hospital:patient' })
    const publicKey = hashOf('key of hospital:patient')
    this.run('bureau', 'identity.verify', { subject, publicKey, insured: hashOf('insured') })
    this.run('sponsor', 'aid.found', { planId: 'plan' })
    this.run('sponsor', 'aid.admit-collector', { plan: PLAN, collector: 'platform' })
    this.#joinPatient()
  }

  /** The one person whose case is published in each round. */
  #joinPatient() {
    const opening = { plan: PLAN, bornOn: '1990-01-01', salt: hashOf('salt'), insured: hashOf('insured') }
    const commitment = this.#kernel.sha256(aidCommitmentInput(opening))
    this.run('platform', 'aid.join', this.joining('patient', encodeBase64(commitment)))
  }

  joining(cohortId, members) {
    return {
      plan: PLAN,
      cohortId,
      members,
      bornFrom: '1970-01-01',
      bornTo: '2020-12-31',
      healthDeclared: true,
      identityVerified: true,
    }
  }
}

/** Pseudo-random commitments in ascending order: the first four bytes count up, the rest is as good as random. */
function makeCohort(number) {
  const bytes = new Uint8Array(32 * COHORT)
  const view = new DataView(bytes.buffer)
  let word = (number * 2_654_435_761) >>> 0
  for (let i = 0; i < bytes.length; i += 4) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
    view.setUint32(i, i % 32 === 0 ? (i / 32) * 4_294_967 : word)
  }
  return encodeBase64(bytes)
}

/** Bytes on the log of one `aid.join` of a thousand. */
function leafBytes(bench) {
  const payload = bench.joining('c0000001', makeCohort(1))
  const nonce = '0'.repeat(32)
  return ENTRY_HEAD_BYTES + encodeBody({ expires: START, nonce, payload, type: 'aid.join' }).length
}

/**
 * Lets `count` members join, spread over JOINING_DAYS. Returns the rules' speed, in members a second, of ten parts of
 * them.
 */
function joinAll(bench, count) {
  const cohorts = count / COHORT
  const perDay = Math.max(1, Math.ceil(cohorts / JOINING_DAYS))
  const perPart = Math.ceil(cohorts / 10)
  const speeds = []
  let ms = 0
  for (let number = 0; number < cohorts; number++) {
    const payload = bench.joining(`c${String(number).padStart(7, '0')}`, makeCohort(number))
    const started = performance.now()
    bench.run(number % 3 === 0 ? 'sponsor' : 'platform', 'aid.join', payload)
    ms += performance.now() - started
    if (number % perDay === perDay - 1) bench.pass(DAY)
    if (number % perPart === perPart - 1) {
      speeds.push((1_000 * perPart * COHORT) / ms)
      ms = 0
    }
  }
  return speeds.sort((a, b) => a - b)
}

/** A claim of the one patient, brought to the sponsor's yes. */
function agreeClaim(bench, claimId) {
  const membership = {
    cohort: 'platform:patient',
    index: 0,
    bornOn: '1990-01-01',
    salt: hashOf('salt'),
    path: [],
  }
  const claim = `hospital:patient:${claimId}`
  const filing = { plan: PLAN, claimId, subject: hashOf('subject'), membership, diagnosedAt: bench.time }
  bench.run('hospital:patient', 'aid.file-claim', filing)
  bench.run('sponsor:investigator', 'aid.investigate', { claim })
  bench.run('sponsor:investigator', 'aid.report', { claim, supports: true, reportHash: hashOf('report') })
  bench.run('sponsor', 'aid.decide', { claim, verdict: 'yes' })
  return claim
}

/** What a round writes, over a state that stays as it is, so that the same round can be run again. */
class Overlay {
  changes = new Map()
  #base

  constructor(base) {
    this.#base = base
  }

  get = (key) => (this.changes.has(key) ? this.changes.get(key) : this.#base.get(key))
  put = (key, value) => void this.changes.set(key, value)
  delete = (key) => void this.changes.set(key, undefined)
  list(prefix, { after, limit }) {
    const mine = [...this.changes.keys()].filter(
      (key) => key.startsWith(prefix) && (after === undefined || key > after),
    )
    const below = this.#base.list(prefix, { after, limit: limit + mine.length }).map(([key]) => key)
    return [...new Set([...below, ...mine])]
      .sort()
      .filter((key) => this.get(key) !== undefined)
      .slice(0, limit)
      .map((key) => [key, this.get(key)])
  }
}

/** The first time on or after the bench's whose day of the month is this, at ten in China. */
function nextDay(time, day) {
  let found = time
  while (Number(dateOf(found).slice(8)) !== day) found += DAY
  return found
}

/** Prepares a plan of `count` members and one case, and the round that publishes and shares it. */
function prepareRound(kernel, count) {
  const bench = new Bench(kernel)
  const speeds = joinAll(bench, count)
  bench.pass(100 * DAY)
  const claim = agreeClaim(bench, 'case')
  const stateBytes = bench.state.bytes('aid/')
  const base = bench.state
  const [published, shared] = [nextDay(bench.time, 7), nextDay(nextDay(bench.time, 7), 14)]
  const publish = () => {
    bench.state = new Overlay(base)
    bench.time = published
    bench.run('sponsor', 'aid.publish', { plan: PLAN, claims: [claim] })
    bench.time = shared
  }
  publish()
  const statement = bench.read('sponsor', '/statement', { plan: PLAN })
  assert.equal(statement.members, count + 1)
  const round = () => {
    publish()
    bench.run('sponsor', 'aid.share', statement)
  }
  round()
  const changes = [...bench.state.changes]
  const written = changes.reduce(
    (sum, [key, value]) =>
      sum + utf8(key).length + (value === undefined ? 0 : utf8(canonicalJson(value)).length),
    0,
  )
  return { bench, speeds, stateBytes, statement, round, keys: changes.length, written }
}

const median = (sorted) => sorted[sorted.length >> 1]
const nameOf = (count) => `${count.toLocaleString('en-US')} members`
const joiningRow = (count, speeds) => ({
  name: nameOf(count),
  median: median(speeds),
  fastest: speeds.at(-1),
  slowest: speeds[0],
  samples: speeds.length,
})

export default async function run({ smoke }) {
  const counts = smoke ? [10_000, 20_000] : [10_000, 100_000, 1_000_000, 10_000_000, 40_000_000]
  const kernel = await loadKernel()
  const prepared = counts.map((count) => ({ count, ...prepareRound(kernel, count) }))
  const cases = prepared.map(({ count, round }) => ({ name: nameOf(count), work: 1, run: round }))
  const rows = await compare(cases, smoke ? 3 : 41)
  const last = prepared.at(-1)
  const perMember = (bytes) => (bytes / last.count).toFixed(3)
  const reference = nameOf(counts[0])
  report(
    {
      name: 'mutual-aid',
      question: 'What does a round of mutual aid cost, over 10,000 members and over 40 million?',
      parts: [
        { title: 'Rounds, each published and shared', unit: 'rounds/s', reference, rows },
        {
          title: 'Joining, in cohorts of a thousand',
          unit: 'members/s',
          reference,
          rows: prepared.map(({ count, speeds }) => joiningRow(count, speeds)),
        },
      ],
      notes: [
        `A round over ${nameOf(last.count)} takes ${(1_000 / rows.at(-1).median).toFixed(2)} ms: the ` +
          `two transactions write ${last.keys} state keys, ${last.written} bytes; over ${reference} they ` +
          `write ${prepared[0].keys} keys, ${prepared[0].written} bytes. One case, two collectors, ` +
          `members that joined on up to ${JOINING_DAYS} days.`,
        `A member takes ${(leafBytes(last.bench) / COHORT).toFixed(1)} bytes on the log and ` +
          `${perMember(last.stateBytes)} bytes of state ` +
          `(${Math.round(last.stateBytes / 1024).toLocaleString('en-US')} KiB for ` +
          `${nameOf(last.count)}), cohorts being full.`,
        'Rules on a state in memory, payloads checked against their schemas; signatures, blocks and ' +
          'disk are not in it. Joining decodes, orders and hashes every commitment (RFC 6962).',
      ],
    },
    { smoke },
  )
}

if (isMain(import.meta.url)) await run(readOptions())
