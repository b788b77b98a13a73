/** Admission: what is rejected with which code, in which order of checks, and that it leaves no trace. */
import { describe, expect, it } from 'vitest'
import type { SubmissionResult } from '../../src/answers/index.ts'
import {
  BATCH_COUNT_MAX,
  concatBytes,
  EXPIRES_AHEAD_SECONDS_MAX,
  LedgerError,
  PRIVATE_PART_BYTES_MAX,
  utf8,
} from '../../src/base/index.ts'
import { encodePrivatePart } from '../../src/protocol/index.ts'
import {
  createWorld,
  GENESIS_TIME,
  kernel,
  keyOf,
  publicKeyOf,
  type Signed,
  signAgain,
  type World,
} from '../node/support/world.ts'

const write = (world: World, options?: Parameters<World['sign']>[3]): Signed =>
  world.sign('hospital:dr-li', 'note.write', { to: 'hospital:dr-wang' }, options)

async function submitOne(world: World, signed: Signed): Promise<SubmissionResult> {
  const [result] = await world.submit(signed)
  return result!
}

/** An entry whose signature over exactly these body bytes is right. */
function entryOf(world: World, body: string | Uint8Array, signer = 'hospital:dr-li'): Uint8Array {
  const key = keyOf(signer)
  const bytes = typeof body === 'string' ? utf8(body) : body
  const input = concatBytes(utf8('medseal/transaction/v1\n'), world.ledgerId, key.publicKey, bytes)
  return concatBytes(Uint8Array.of(1), key.publicKey, key.sign(input), bytes)
}

const envelope = (payload: string, rest = ''): string =>
  `{"expires":${GENESIS_TIME + 600},"nonce":"${'0'.repeat(32)}","payload":${payload},${rest}"type":"note.write"}`

describe('bodies that the kernel refuses', async () => {
  const world = await createWorld()
  const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const cases: readonly [name: string, body: string | Uint8Array, code: string][] = [
    ['empty', '', 'form.length'],
    ['of one byte', '{', 'form.syntax'],
    ['of 65,536 bytes', `"${'a'.repeat(65_534)}"`, 'form.entry'],
    ['with a duplicate key', envelope('{"to":"a","to":"b"}'), 'form.duplicate'],
    ['with unsorted keys', envelope('{"b":1,"a":2}'), 'form.order'],
    ['with white space', envelope('{"to": "a"}'), 'form.syntax'],
    ['with 1.0', envelope('{"a":1.0}'), 'form.number'],
    ['with 1e2', envelope('{"a":1e2}'), 'form.number'],
    ['with -0', envelope('{"a":-0}'), 'form.number'],
    ['with 01', envelope('{"a":01}'), 'form.number'],
    ['with 2^53', envelope('{"a":9007199254740992}'), 'form.range'],
    ['with null', envelope('{"a":null}'), 'form.syntax'],
    ['with a lone surrogate', envelope('{"a":"\\ud800"}'), 'form.string'],
    ['with an escape that is not needed', envelope('{"a":"\\u0041"}'), 'form.string'],
    ['with invalid UTF-8', concatBytes(utf8('{"expires":1,"nonce":"'), Uint8Array.of(0xff)), 'form.utf8'],
    ['with a BOM', concatBytes(Uint8Array.of(0xef, 0xbb, 0xbf), utf8(envelope('{}'))), 'form.syntax'],
    ['with trailing bytes', `${envelope('{"to":"a"}')}\n`, 'form.syntax'],
    ['with an unknown field', envelope('{}', '"role":"x",'), 'form.envelope'],
    ['with a bad key', envelope('{"1a":1}'), 'form.key'],
    ['nested 17 deep', envelope(nested(16)), 'form.depth'],
    ['nested very deep', '['.repeat(65_000), 'form.depth'],
    ['that is no map', '[]', 'form.envelope'],
  ]
  for (const [name, body, code] of cases) {
    it(`${name}: ${code}`, async () => {
      const result = await submitOne(world, { id: '', entry: entryOf(world, body) })
      expect(result).toMatchObject({ id: null, status: 'rejected' })
      // The kernel names the first fault it meets; where two are true of one body either is right.
      if (name !== 'that is no map' && name !== 'nested very deep') expect(result.code).toBe(code)
      else expect(result.code).toMatch(/^form\./)
    })
  }

  it('entries of the wrong length or tag', async () => {
    const { entry } = write(world)
    const wrongTag = entry.slice()
    wrongTag[0] = 2
    for (const wrong of [new Uint8Array(), entry.subarray(0, 96), wrongTag, new Uint8Array(70_000).fill(1)]) {
      expect(await submitOne(world, { id: '', entry: wrong })).toMatchObject({
        id: null,
        status: 'rejected',
        code: 'form.entry',
      })
    }
    expect((await submitOne(world, { id: '', entry: entry.subarray(0, 97) })).code).toBe('form.length')
  })

  it('leave no trace', async () => {
    expect((await world.ledger.head()).height).toBe(0)
    expect((await world.node.metrics()).pending).toBe(0)
  })
})

describe('what admission rejects', async () => {
  const world = await createWorld()
  const reject = async (signed: Signed, code: string, field?: string) => {
    const result = await submitOne(world, signed)
    expect(result).toMatchObject({ id: signed.id, status: 'rejected', code })
    if (field !== undefined) expect(result.details?.field).toBe(field)
    const reader = await world.reader('auditor')
    expect((await world.node.transaction(signed.id, reader)).status).toBe('unknown')
  }

  it('a false signature, another body, another ledger', async () => {
    const { id, entry } = write(world)
    const forged = entry.slice()
    forged[40]! ^= 1
    await reject({ id, entry: forged }, 'signature.invalid')
    await reject(write(world, { ledgerId: new Uint8Array(32) }), 'signature.invalid')
  })

  it('types and payloads that no module knows', async () => {
    await reject(world.sign('hospital:dr-li', 'note.read', {}), 'form.type-unknown', '/type')
    await reject(world.sign('hospital:dr-li', 'note.write', {}), 'form.payload', '/payload/to')
    await reject(
      world.sign('hospital:dr-li', 'note.write', { to: 'a', more: 1 }),
      'form.payload',
      '/payload/more',
    )
    await reject(world.sign('hospital:dr-li', 'note.write', { to: 7 }), 'form.payload', '/payload/to')
  })

  it('keys that are not enrolled', async () => {
    await reject(
      world.sign('stranger', 'note.write', { to: 'hospital' }),
      'admission.key-unknown',
      '/publicKey',
    )
  })

  it('what has expired or expires too far ahead', async () => {
    const now = world.clock.now
    await reject(write(world, { expires: now }), 'admission.expired', '/expires')
    await reject(write(world, { expires: 0 }), 'admission.expired')
    await reject(
      write(world, { expires: now + EXPIRES_AHEAD_SECONDS_MAX + 1 }),
      'admission.expires-too-far',
      '/expires',
    )
    expect(await submitOne(world, write(world, { expires: now + 1 }))).toMatchObject({ status: 'accepted' })
    expect(await submitOne(world, write(world, { expires: now + EXPIRES_AHEAD_SECONDS_MAX }))).toMatchObject({
      status: 'accepted',
    })
  })

  it('measures expiry against the last block where the own clock is behind it', async () => {
    const late = await createWorld()
    late.clock.now = GENESIS_TIME + 100
    await submitOne(late, write(late))
    late.clock.now = GENESIS_TIME + 50
    expect((await submitOne(late, write(late, { expires: GENESIS_TIME + 80 }))).code).toBe(
      'admission.expired',
    )
  })

  it('private parts that are missing, unexpected, other, too large or malformed', async () => {
    const sealed = write(world, { private: { diagnosis: 'none' } })
    await reject({ id: sealed.id, entry: sealed.entry }, 'admission.private-missing')
    const other = encodePrivatePart(new Uint8Array(32), { diagnosis: 'some' })
    await reject({ ...sealed, privatePart: other }, 'admission.private-mismatch')
    await reject({ ...write(world), privatePart: other }, 'admission.private-unexpected')
    const large = new Uint8Array(PRIVATE_PART_BYTES_MAX + 1).fill(0x20)
    await reject({ ...sealed, privatePart: large }, 'admission.private-too-large')
    const loose = concatBytes(new Uint8Array(32), utf8('{"a": 1}'))
    const privateHash = Buffer.from(kernel.sha256(loose)).toString('hex')
    await reject({ ...write(world, { body: { privateHash } }), privatePart: loose }, 'admission.private-form')
    await reject(
      world.sign('hospital:dr-li', 'note.seal', { to: 'hospital' }),
      'form.payload',
      '/privateHash',
    )
    expect(await submitOne(world, sealed)).toMatchObject({ status: 'accepted' })
  })

  it('keys that were revoked', async () => {
    const before = world.sign('hospital:dr-wang', 'note.write', { to: 'hospital' })
    await submitOne(world, before)
    const revoke = world.sign('hospital', 'identity.revoke-key', {
      actor: 'hospital:dr-wang',
      key: publicKeyOf('hospital:dr-wang'),
    })
    expect(await submitOne(world, revoke)).toMatchObject({ status: 'accepted' })
    await reject(
      world.sign('hospital:dr-wang', 'note.write', { to: 'hospital' }),
      'admission.key-inactive',
      '/publicKey',
    )
    // What it signed before is spent, and answers with its result.
    expect(await submitOne(world, before)).toMatchObject({ id: before.id, status: 'accepted' })
  })

  it('requests of no transactions or too many', async () => {
    const { entry } = write(world)
    const many = Array.from({ length: BATCH_COUNT_MAX + 1 }, () => ({ entry }))
    for (const submissions of [[], many]) {
      await expect(world.node.submit(submissions, 'none')).rejects.toMatchObject({ code: 'form.request' })
    }
  })
})

describe('spent ids', async () => {
  const world = await createWorld()

  it('answer with their result again, even when expired, never under a bad signature', async () => {
    const accepted = write(world)
    const refused = world.sign('hospital:dr-li', 'note.write', { to: 'nobody' })
    const first = await submitOne(world, accepted)
    const second = await submitOne(world, refused)
    expect(first).toMatchObject({ status: 'accepted', settled: 'final' })
    expect(second).toMatchObject({
      status: 'refused',
      code: 'identity.actor-unknown',
      details: { field: '/payload/to' },
      settled: 'final',
    })
    world.clock.now += 10_000
    expect(await submitOne(world, accepted)).toEqual(first)
    expect(await submitOne(world, refused)).toEqual(second)
    const forged = accepted.entry.slice()
    forged[40]! ^= 1
    expect(await submitOne(world, { id: '', entry: forged })).toMatchObject({ code: 'signature.invalid' })
    world.clock.now -= 10_000
  })

  it('answer without their private part', async () => {
    const sealed = write(world, { private: { a: 1 } })
    const first = await submitOne(world, sealed)
    expect(await submitOne(world, { id: sealed.id, entry: sealed.entry })).toEqual(first)
  })

  it('answer another valid signature of the same body', async () => {
    const signed = write(world)
    const other = signAgain(world, 'hospital:dr-li', signed.entry)
    expect(other).not.toEqual(signed.entry)
    const first = await submitOne(world, signed)
    expect(await submitOne(world, { id: signed.id, entry: other })).toEqual(first)
  })

  it('of a body are one for each signer: a copy neither blocks nor answers for the original', async () => {
    const original = write(world)
    const copy = { id: '', entry: entryOf(world, original.entry.subarray(97), 'hospital:dr-wang') }
    const stranger = { id: '', entry: entryOf(world, original.entry.subarray(97), 'stranger') }
    const copied = await submitOne(world, copy)
    expect(copied).toMatchObject({ status: 'accepted' })
    expect(await submitOne(world, stranger)).toMatchObject({
      status: 'rejected',
      code: 'admission.key-unknown',
    })
    const first = await submitOne(world, original)
    expect(first).toMatchObject({ id: original.id, status: 'accepted' })
    expect(first.id).not.toBe(copied.id)
    expect(first.index).not.toBe(copied.index)
  })
})

describe('pending ids', () => {
  it('join: in one request, in two, and under another signature', async () => {
    const world = await createWorld()
    const signed = write(world)
    const other = signAgain(world, 'hospital:dr-li', signed.entry)
    const [both, again] = await Promise.all([
      world.node.submit([signed, signed], 'committed'),
      world.node.submit([{ entry: other }], 'committed'),
    ])
    expect(both[1]).toEqual(both[0])
    expect(again[0]).toEqual(both[0])
    expect((await world.node.metrics()).accepted).toBe(1)
  })

  it('show their status to their signer only', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const world = await createWorld({
      wrapLedger: (ledger) => ({ ...ledger, commit: (block) => held.then(() => ledger.commit(block)) }),
    })
    const signed = write(world)
    const [result] = await world.node.submit([signed], 'none')
    expect(result).toEqual({ id: signed.id, status: 'pending' })
    const own = await world.node.transaction(signed.id, await world.reader('hospital:dr-li'))
    expect(own).toEqual({ id: signed.id, status: 'pending', type: 'note.write' })
    const others = await world.node.transaction(signed.id, await world.reader('insurer'))
    expect(others.status).toBe('unknown')
    release()
    expect((await world.submit(signed))[0]).toMatchObject({ status: 'accepted' })
  })
})

describe('requests that fail whole', () => {
  it('leave nothing when the queue is full, and succeed later', async () => {
    let full = true
    const world = await createWorld({
      wrapOrder: (order) => ({
        ...order,
        get queuedCount() {
          return order.queuedCount
        },
        propose: async (entries) => {
          if (full) throw new LedgerError('overload.queue-full', { retryAfterSeconds: 1 })
          return order.propose(entries)
        },
      }),
    })
    const signed = write(world)
    await expect(world.submit(signed)).rejects.toMatchObject({ code: 'overload.queue-full' })
    expect((await world.node.metrics()).pending).toBe(0)
    full = false
    expect((await world.submit(signed))[0]).toMatchObject({ status: 'accepted' })
  })

  it('propose nothing whose private part could not be kept', async () => {
    const world = await createWorld({
      wrapParts: (parts) => ({
        ...parts,
        keep: async () => {
          throw new LedgerError('vault.write')
        },
      }),
    })
    const sealed = write(world, { private: { a: 1 } })
    await expect(world.submit(sealed)).rejects.toMatchObject({ code: 'vault.write' })
    expect((await world.ledger.head()).height).toBe(0)
    expect((await world.submit(write(world)))[0]).toMatchObject({ status: 'accepted' })
  })
})
