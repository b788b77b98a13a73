/** Changes of keys and quorum, each proven by the keys before it; nothing of a chain is believed. */
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import {
  cosignerName,
  followTrust,
  formatCheckpoint,
  formatNote,
  makeCosigner,
  makeLogSigner,
  makeSigningKey,
  makeTrust,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseTrustChain,
  succeedTrust,
  type TrustChain,
  type TrustStep,
  type TrustTerms,
  trustAt,
  trustDigest,
} from '../../src/protocol/index.ts'
import { codeOf } from './code-of.ts'
import { kernel } from './kernel.ts'

const ledgerId = new Uint8Array(32).fill(9)
const ORIGIN = `chain.example/${toHex(ledgerId)}`

const keyOf = (name: string) => makeSigningKey(kernel.sha256(new TextEncoder().encode(name)))
/** The node of a member in the `era`-th pair of its keys. */
const nodeOf = (member: string, era = 1) => ({
  member,
  logKey: toHex(keyOf(`${member} log ${era}`).publicKey),
  cosignerKey: toHex(keyOf(`${member} cosigner ${era}`).publicKey),
})

/** A checkpoint that these members sign, each in the pair of keys that it has. */
function noteOf(size: number, signers: readonly (readonly [string, number])[], next?: TrustTerms): string {
  const nextTrust = next && trustDigest(kernel, ledgerId, next)
  const root = new Uint8Array(32).fill(size)
  const text = formatCheckpoint({ origin: ORIGIN, size, root, ...(nextTrust && { nextTrust }) })
  return formatNote(
    text,
    signers.flatMap(([member, era]) => [
      makeLogSigner(kernel, ORIGIN, keyOf(`${member} log ${era}`)).sign(text),
      makeCosigner(kernel, cosignerName(ORIGIN, member), keyOf(`${member} cosigner ${era}`)).cosign(
        text,
        1_000,
      ),
    ]),
  )
}

const FOUNDED = { quorum: 2, nodes: [nodeOf('a'), nodeOf('b'), nodeOf('c')] }
const REKEYED = { quorum: 2, nodes: [nodeOf('a', 2), nodeOf('b'), nodeOf('c')] }
const SHRUNK = { quorum: 1, nodes: [nodeOf('a', 2)] }
const trust = makeTrust(kernel, { origin: ORIGIN, ledgerId }, FOUNDED)

const steps: readonly TrustStep[] = [
  {
    checkpoint: noteOf(
      10,
      [
        ['a', 1],
        ['b', 1],
      ],
      REKEYED,
    ),
    ...REKEYED,
  },
  {
    checkpoint: noteOf(
      20,
      [
        ['a', 2],
        ['c', 1],
      ],
      SHRUNK,
    ),
    ...SHRUNK,
  },
]
const replaced = (i: number, step: Partial<TrustStep>): TrustChain => ({
  steps: steps.map((one, at) => (at === i ? { ...one, ...step } : one)),
})
const follow = (chain: TrustChain) => followTrust(kernel, trust, chain)
const open = (note: string, under = follow({ steps })) => openCheckpoint(kernel, note, under)

describe('a chain of trust', () => {
  it('comes to the keys and quorum of its last step', () => {
    const reached = follow({ steps })
    expect(reached.quorum).toBe(1)
    expect(reached.cosigners.map(({ name }) => name)).toEqual([`${ORIGIN}/a`])
    expect(trustAt(reached, 21)).toBe(reached)
    expect(trustAt(reached, 20).quorum).toBe(2)
    expect(trustAt(reached, 10)).toBe(trust)
  })

  it('judges a checkpoint by the keys of its size, old ones for old sizes and new ones for new', () => {
    expect(
      open(
        noteOf(5, [
          ['a', 1],
          ['b', 1],
        ]),
      ),
    ).toMatchObject({ final: true, cosignedBy: ['a', 'b'] })
    expect(
      open(
        noteOf(10, [
          ['a', 1],
          ['b', 1],
        ]),
      ),
    ).toMatchObject({ final: true })
    expect(
      open(
        noteOf(11, [
          ['a', 2],
          ['b', 1],
        ]),
      ),
    ).toMatchObject({ final: true })
    expect(open(noteOf(21, [['a', 2]]))).toMatchObject({ final: true, cosignedBy: ['a'] })
    // Keys that were replaced or retired sign nothing later, and new ones nothing before.
    expect(
      codeOf(() =>
        open(
          noteOf(21, [
            ['b', 1],
            ['c', 1],
          ]),
        ),
      ),
    ).toBe('signature.invalid')
    expect(
      open(
        noteOf(11, [
          ['a', 1],
          ['b', 1],
        ]),
      ),
    ).toMatchObject({ final: false, cosignedBy: ['b'] })
    expect(
      open(
        noteOf(5, [
          ['a', 2],
          ['b', 1],
        ]),
      ),
    ).toMatchObject({ final: false })
  })

  it('may be followed from anywhere in it', () => {
    const half = follow({ steps: steps.slice(0, 1) })
    expect(followTrust(kernel, half, { steps })).toEqual(follow({ steps }))
    expect(followTrust(kernel, half, { steps: [] })).toBe(half)
  })

  it('is digested with nodes in the order of their members, for one ledger', () => {
    const turned = { ...FOUNDED, nodes: [...FOUNDED.nodes].reverse() }
    expect(trustDigest(kernel, ledgerId, turned)).toEqual(trustDigest(kernel, ledgerId, FOUNDED))
    expect(trustDigest(kernel, new Uint8Array(32), FOUNDED)).not.toEqual(
      trustDigest(kernel, ledgerId, FOUNDED),
    )
  })

  const unproven: readonly [string, TrustChain, string][] = [
    ['without its beginning', { steps: steps.slice(1) }, 'trust.chain'],
    ['in the wrong order', { steps: [...steps].reverse() }, 'trust.chain'],
    ['with other keys than were signed', replaced(0, { nodes: [nodeOf('a', 3)] }), 'trust.chain'],
    ['with another quorum than was signed', replaced(1, { quorum: 3 }), 'trust.chain'],
    ['with a node left out', replaced(0, { nodes: REKEYED.nodes.slice(1) }), 'trust.chain'],
    [
      'whose checkpoint too few have cosigned',
      replaced(0, { checkpoint: noteOf(10, [['a', 1]], REKEYED) }),
      'trust.chain',
    ],
    [
      'whose checkpoint the new keys alone have signed',
      replaced(0, { checkpoint: noteOf(10, [['a', 2]], REKEYED) }),
      'signature.invalid',
    ],
    [
      'whose checkpoint names no next trust',
      replaced(0, {
        checkpoint: noteOf(10, [
          ['a', 1],
          ['b', 1],
        ]),
      }),
      'trust.chain',
    ],
  ]
  it.each(unproven)('%s is refused', (_what, chain, code) => {
    expect(codeOf(() => follow(chain))).toBe(code)
  })

  it('is refused for each letter of a checkpoint that is changed', () => {
    const { checkpoint } = steps[0]!
    for (let i = 0; i < checkpoint.length; i += 7) {
      const letter = checkpoint[i] === 'A' ? 'B' : 'A'
      const changed = checkpoint.slice(0, i) + letter + checkpoint.slice(i + 1)
      if (changed === checkpoint) continue
      expect(codeOf(() => follow(replaced(0, { checkpoint: changed })))).not.toBe(undefined)
    }
  })

  it('never goes back: a later change can not take an earlier place', () => {
    const reached = succeedTrust(kernel, follow({ steps }), 30, FOUNDED)
    const forged = { checkpoint: noteOf(25, [['a', 2]], REKEYED), ...REKEYED }
    expect(followTrust(kernel, reached, { steps: [forged] })).toBe(reached)
  })
})

describe('the JSON of a chain', () => {
  const json = JSON.parse(JSON.stringify({ steps })) as { steps: Record<string, unknown>[] }

  it('is read', () => {
    expect(follow(parseTrustChain(json))).toEqual(follow({ steps }))
  })

  const [first] = json.steps
  const unread: readonly [string, unknown][] = [
    ['no map', []],
    ['another field', { ...json, more: 1 }],
    ['no list', { steps: {} }],
    ['too many', { steps: Array(10_001).fill(first) }],
    ['a step of another field', { steps: [{ ...first, size: 10 }] }],
    ['no checkpoint', { steps: [{ ...first, checkpoint: 1 }] }],
    ['a checkpoint too long', { steps: [{ ...first, checkpoint: 'x'.repeat(131_073) }] }],
    ['a quorum of half', { steps: [{ ...first, quorum: 1.5 }] }],
    ['a quorum of none', { steps: [{ ...first, quorum: 0 }] }],
    ['an unsound key', { steps: [{ ...first, nodes: [{ ...nodeOf('a'), logKey: 'ab' }] }] }],
    ['null for a node', { steps: [{ ...first, nodes: [null] }] }],
  ]
  it.each(unread)('with %s is malformed', (_what, value) => {
    expect(codeOf(() => parseTrustChain(value))).toBe('trust.form')
  })
})

describe('the trust line of a checkpoint', () => {
  const text = parseNote(steps[0]!.checkpoint).text

  it('is the fourth, and the only other line there may be', () => {
    expect(text.split('\n')[3]).toMatch(/^trust [A-Za-z0-9+/]{43}=$/)
    expect(parseCheckpoint(text).nextTrust).toEqual(trustDigest(kernel, ledgerId, REKEYED))
    const three = `${text.split('\n').slice(0, 3).join('\n')}\n`
    expect(parseCheckpoint(three).nextTrust).toBe(undefined)
    for (const more of ['x\n', 'trust\n', 'trust AAAA\n', '\n', `${text.split('\n')[3]} \n`]) {
      expect(codeOf(() => parseCheckpoint(three + more))).toBe('form.note')
      expect(codeOf(() => parseCheckpoint(text + more))).toBe('form.note')
    }
    expect(codeOf(() => parseCheckpoint(text.slice(0, -1)))).toBe('form.note')
  })
})
