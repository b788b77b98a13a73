/**
 * The blocks of the golden ledger, always the same: a script of what a small consortium does, signed with fixed keys
 * (Ed25519 signatures are deterministic). Everything that a rule decides shows in it at least once; a rules version
 * that is no longer the newest must still replay it to the same bytes.
 */
import { fromHex, toHex, utf8 } from '../../../src/base/index.ts'
import type { VerifiedBlock } from '../../../src/ledger/index.ts'
import { keyStatementInput, type Payload } from '../../../src/protocol/index.ts'
import {
  blockOf,
  type EntryOptions,
  GENESIS_TIME,
  kernel,
  keyOf,
  ledgerId,
  publicKeyOf,
  signEntry,
} from './consortium.ts'
import { TEST_VERSION } from './test-version.mjs'

/** Where the tests' rules version begins to hold. */
export const SWITCH_HEIGHT = 3

const hashOf = (name: string): string => toHex(kernel.sha256(utf8(name)))

const LI = 'hospital:dr-li'
const ANNA = 'hospital:anna'
const [annaSubject, otherSubject] = [hashOf('subject of anna'), hashOf('another subject of anna')]

/** What a new key signs to become an actor's. */
const statementOf = (actor: string, newKey: string, oldKey?: string): string => {
  const old = oldKey === undefined ? undefined : fromHex(publicKeyOf(oldKey))
  return toHex(keyOf(newKey).sign(keyStatementInput(ledgerId, actor, old, keyOf(newKey).publicKey)))
}

const enrolment = (actor: string, role: string, statement = statementOf(actor, actor)): Payload => ({
  actor,
  role,
  publicKey: publicKeyOf(actor),
  encryptionKey: hashOf(`encryption key of ${actor}`),
  statement,
})

const recordOf = (recordId: string, subject = annaSubject): Payload => ({
  recordId,
  subject,
  kind: 'Observation',
  contentHash: hashOf(`content of ${recordId}`),
  encounterAt: GENESIS_TIME - 3_600,
})

let count = 0
/** A signed entry; its nonce counts up. */
const entry = (signer: string, type: string, payload: Payload, options: EntryOptions = {}) =>
  signEntry(signer, type, payload, { nonce: hashOf(`nonce ${++count}`).slice(0, 32), ...options })

/** Makes the blocks anew; each call gives the same bytes. */
export function makeGoldenBlocks(): VerifiedBlock[] {
  count = 0
  const first = entry('hospital', 'identity.enrol', enrolment(ANNA, 'patient'))
  return [
    blockOf(
      [
        first,
        entry('hospital', 'identity.enrol', enrolment(ANNA, 'patient')),
        entry(
          'hospital',
          'identity.enrol',
          enrolment('hospital:ben', 'patient', statementOf('hospital:eve', 'hospital:ben')),
        ),
        entry('insurer', 'identity.enrol', enrolment('hospital:carl', 'patient')),
        entry('stranger', 'identity.enrol', enrolment('hospital:dora', 'patient')),
        entry('hospital', 'identity.enrol-subject', { subject: annaSubject, patient: ANNA }),
        entry('hospital', 'identity.enrol-subject', { subject: otherSubject, patient: ANNA }),
      ],
      GENESIS_TIME + 5,
    ),
    blockOf(
      [
        first,
        entry(LI, 'record.anchor', recordOf('r-1')),
        entry(LI, 'record.anchor', recordOf('r-1')),
        entry(LI, 'record.anchor', recordOf('r-2', hashOf('nobody'))),
        entry(LI, 'record.anchor', recordOf('r-3'), { expires: GENESIS_TIME + 5 }),
        entry(LI, 'record.anchor', { ...recordOf('r-4'), extra: true }),
        entry(LI, 'record.anchor', { ...recordOf('r-5'), encounterAt: GENESIS_TIME + 86_400 * 30 }),
        entry(LI, 'record.unheard-of', {}),
        entry(ANNA, 'identity.link', { subject: annaSubject, other: otherSubject }),
        entry(ANNA, 'record.import', recordOf('own-1')),
        entry('hospital:dr-wang', 'record.import', recordOf('own-2')),
      ],
      GENESIS_TIME + 6,
    ),
    blockOf(
      [
        entry(LI, 'record.amend', {
          recordId: 'r-1',
          subject: annaSubject,
          supersedes: 1,
          contentHash: hashOf('content of r-1, second version'),
        }),
        entry(LI, 'record.amend', {
          recordId: 'r-1',
          subject: annaSubject,
          supersedes: 1,
          contentHash: hashOf('content of r-1, a version too late'),
        }),
        entry('hospital', 'identity.suspend', { actor: LI }),
        entry(LI, 'record.anchor', recordOf('r-6')),
        entry('hospital', 'identity.restore', { actor: LI }),
        entry(LI, 'record.anchor', recordOf('r-6')),
        entry(LI, 'identity.rotate-key', {
          publicKey: publicKeyOf('dr-li, second key'),
          statement: statementOf(LI, 'dr-li, second key', LI),
        }),
        entry(LI, 'record.anchor', recordOf('r-7')),
        entry('dr-li, second key', 'record.anchor', recordOf('r-7')),
        entry('hospital', 'identity.revoke-key', {
          actor: 'hospital:dr-wang',
          key: publicKeyOf('hospital:dr-wang'),
        }),
        entry('hospital:dr-wang', 'record.anchor', recordOf('r-8')),
      ],
      GENESIS_TIME + 60,
    ),
    // More leaves than one bundle holds, at a time before the block before.
    blockOf(
      Array.from({ length: 260 }, (_, i) => entry('hospital', 'record.anchor', recordOf(`many-${i}`))),
      GENESIS_TIME + 50,
    ),
  ]
}

/** What the founding members sign to let a rules version hold from a height on. */
const activation = (version: number, height: number): Uint8Array[] => [
  entry('hospital', 'governance.propose', {
    proposalId: 'rules',
    change: { rulesVersion: { version, height } },
  }),
  entry('hospital', 'governance.signal-rules', { version }),
  entry('insurer', 'governance.approve', { proposal: 'hospital:rules' }),
]

const recordAt = (recordId: string, encounterAt: number): Payload => ({ ...recordOf(recordId), encounterAt })
const LONG_AGO = GENESIS_TIME - 10 * 86_400

/**
 * Both sides of the height from which the tests' version holds: what it replaces, adds and removes, before and after.
 */
export function makeSwitchBlocks(): VerifiedBlock[] {
  count = 0
  const bothSides = (name: string) => [
    entry(LI, 'record.anchor', recordAt(`${name}-old`, LONG_AGO)),
    entry(LI, 'record.anchor', recordOf(`${name}-new`)),
    entry(LI, 'record.stamp', { stampId: name }),
    entry(ANNA, 'identity.link', { subject: annaSubject, other: otherSubject }),
  ]
  const parameter = { name: 'record.ageSecondsMax', value: 60 }
  const proposal = (proposalId: string) =>
    entry('hospital', 'governance.propose', { proposalId, change: { parameter } })
  return [
    blockOf(
      [
        entry('hospital', 'identity.enrol', enrolment(ANNA, 'patient')),
        entry('hospital', 'identity.enrol-subject', { subject: annaSubject, patient: ANNA }),
        entry('hospital', 'identity.enrol-subject', { subject: otherSubject, patient: ANNA }),
        ...activation(TEST_VERSION, SWITCH_HEIGHT),
      ],
      GENESIS_TIME + 5,
    ),
    blockOf([...bothSides('before'), proposal('too-early')], GENESIS_TIME + 6),
    blockOf([...bothSides('after'), proposal('age')], GENESIS_TIME + 7),
    blockOf([entry('insurer', 'governance.approve', { proposal: 'hospital:age' })], GENESIS_TIME + 8),
    blockOf([entry(LI, 'record.anchor', recordOf('an-hour-old'))], GENESIS_TIME + 9),
  ]
}
