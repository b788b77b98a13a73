/** Following: the blocks of a signed log, executed again; a log with two histories ends it, with evidence. */
import { describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../src/base/index.ts'
import { createVersions, RELEASED } from '../../../src/domain/index.ts'
import { createMemoryTrustSteps } from '../../../src/finality/index.ts'
import type { Ledger } from '../../../src/ledger/index.ts'
import {
  createFollower,
  type Follower,
  type FollowerOptions,
  type SplitView,
} from '../../../src/order/follow/index.ts'
import { type OpenedCheckpoint, trustOf } from '../../../src/protocol/index.ts'
import {
  blockOf,
  GENESIS_TIME,
  genesis,
  kernel,
  ledgerId,
  put,
  signEntry,
} from '../../ledger/support/consortium.ts'
import { makeSwitchBlocks, SWITCH_HEIGHT } from '../../ledger/support/golden-blocks.ts'
import { testVersionAfter } from '../../ledger/support/test-version.mjs'
import { commitAll, lenientRulesOf, noteOf, openMemoryLedger, sourceOf } from './support/logs.ts'

/** Timers that pass at once. */
const fastClock: Clock = { ...systemClock, sleep: (_ms, signal) => systemClock.sleep(1, signal) }

const blockAt = (i: number, keys: readonly string[]) =>
  blockOf(
    keys.map((key) => put(`probe/k/${key}`)),
    GENESIS_TIME + i,
  )

interface Seen {
  readonly verified: { note: string; opened: OpenedCheckpoint }[]
  readonly targets: string[]
  readonly splits: SplitView[]
  readonly troubles: string[]
}

/** A follower of `sources`, with its own ledger, which executes what it hands out. */
async function follow(
  options: Pick<FollowerOptions, 'source' | 'compared'>,
  ledger?: Ledger,
): Promise<{ follower: Follower; ledger: Ledger; seen: Seen; done: Promise<unknown> }> {
  const own = ledger ?? (await openMemoryLedger())
  const seen: Seen = { verified: [], targets: [], splits: [], troubles: [] }
  const follower = createFollower({
    ...options,
    kernel,
    clock: fastClock,
    ledger: own,
    readTrust: async () => trustOf(kernel, genesis, ledgerId),
    steps: createMemoryTrustSteps(kernel, trustOf(kernel, genesis, ledgerId)),
    readNote: () => seen.verified.at(-1)?.note,
    onTarget: (note) => seen.targets.push(note),
    onVerified: async (note, opened) => void seen.verified.push({ note, opened }),
    onSplitView: (evidence) => seen.splits.push(evidence),
    onTrouble: (error) => seen.troubles.push(error.code),
  })
  const done = (async () => {
    for await (const block of follower.blocks(await own.position())) {
      if (block.kind !== 'recorded') throw new Error('a log holds recorded blocks')
      const { position, time, entries, headerLeaf, refusals } = block
      const verdicts = kernel.verifyEntries(entries, ledgerId)
      const recorded = { headerLeaf, refusals }
      const { head } = await own.commit({ position, time, entries, verdicts, recorded })
      expect(await own.position()).toEqual(position)
      follower.committed(position, head.size)
    }
  })()
  return { follower, ledger: own, seen, done }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (await condition()) return
    await systemClock.sleep(2)
  }
  throw new Error('it did not come to that')
}

describe('following a log', () => {
  it('comes to the same head, and keeps up; refusals too', async () => {
    const log = await openMemoryLedger()
    const refused = signEntry('insurer', 'identity.enrol-subject', { subject: '00'.repeat(32) })
    await commitAll(log, [blockAt(1, ['a', 'b']), blockOf([put('probe/k/c'), refused], GENESIS_TIME + 2)])
    const { follower, ledger, seen, done } = await follow({ source: sourceOf(log) })
    await until(() => follower.state.is === 'working')
    expect(await ledger.head()).toEqual(await log.head())
    await commitAll(log, [blockAt(3, ['d'])])
    await until(async () => (await ledger.head()).size === (await log.head()).size)
    await until(() => seen.verified.at(-1)?.opened.checkpoint.size === follower.targetSize)
    expect(await ledger.head()).toEqual(await log.head())
    expect(seen.verified.at(-1)!.opened.final).toBe(true)
    expect(seen).toMatchObject({ splits: [], troubles: [] })
    await follower.close()
    await done
  })

  it('goes over to the next rules version at its height, or stops there where it is not known', async () => {
    const { rulesOf } = createVersions([...RELEASED, testVersionAfter(RELEASED)])
    const log = await openMemoryLedger(rulesOf)
    const blocks = makeSwitchBlocks()
    await commitAll(log, blocks.slice(0, SWITCH_HEIGHT - 1))
    const known = await follow({ source: sourceOf(log) }, await openMemoryLedger(rulesOf))
    await until(() => known.follower.state.is === 'working')
    await commitAll(log, blocks.slice(SWITCH_HEIGHT - 1))
    await until(async () => (await known.ledger.head()).size === (await log.head()).size)
    expect(await known.ledger.head()).toEqual(await log.head())
    await known.follower.close()
    await known.done

    const unknown = await follow({ source: sourceOf(log) })
    await expect(unknown.done).rejects.toMatchObject({ code: 'ledger.rules-unknown' })
    expect(await unknown.ledger.head()).toMatchObject({ height: SWITCH_HEIGHT - 1, rulesVersion: 1 })
    expect(unknown.seen.troubles).toEqual([])
    await unknown.follower.close()
  })

  it('goes on after a source that was away or unsound, executing nothing of what was unsound', async () => {
    const log = await openMemoryLedger()
    await commitAll(log, [blockAt(1, ['a', 'b'])])
    const source = sourceOf(log)
    source.alter = (path, bytes) => (path.startsWith('tile/entries') ? bytes!.map((byte) => byte ^ 1) : bytes)
    const { follower, ledger, seen, done } = await follow({ source })
    await until(() => seen.troubles.length > 2)
    expect(follower.state.is).toBe('in trouble')
    expect((await ledger.head()).size).toBe(2)
    source.alter = (_path, bytes) => bytes
    await until(() => follower.state.is === 'working')
    expect(await ledger.head()).toEqual(await log.head())
    await follower.close()
    await done
  })

  it('refuses a checkpoint that no key of the log signed', async () => {
    const log = await openMemoryLedger()
    await commitAll(log, [blockAt(1, ['a'])])
    const source = sourceOf(log)
    const { size, root } = await log.head()
    source.note = noteOf(log.origin, size, root).replace(
      /\n— [^\n]* \S+\n/,
      '\n— stranger.example AAAAAAAA\n',
    )
    const { follower, ledger, seen, done } = await follow({ source })
    await until(() => seen.troubles.length > 1)
    expect(new Set(seen.troubles)).toEqual(new Set(['signature.invalid']))
    expect((await ledger.head()).size).toBe(2)
    await follower.close()
    await done
  })

  it('executes nothing further where a signed log holds a transaction that the rules refuse', async () => {
    const log = await openMemoryLedger(lenientRulesOf)
    await commitAll(log, [blockAt(1, ['a'])])
    const sound = await log.head()
    const refused = signEntry('hospital:dr-li', 'probe.refuse', { key: 'k' })
    await commitAll(log, [blockOf([refused], GENESIS_TIME + 2)])
    expect((await log.head()).size).toBeGreaterThan(sound.size)
    const { ledger, seen, done } = await follow({ source: sourceOf(log) })
    await expect(done).rejects.toMatchObject({
      code: 'ledger.halted',
      details: { reason: 'ledger.diverged' },
    })
    expect(ledger.halted).toBeDefined()
    // The note under which the false block stands is kept before anything of it is executed.
    expect(seen.targets).toHaveLength(1)
    expect(seen.verified).toEqual([])
  })
})

describe('a split view', () => {
  it('of one size and two roots ends following, with both signed notes as evidence', async () => {
    const [log, fork] = [await openMemoryLedger(), await openMemoryLedger()]
    await commitAll(log, [blockAt(1, ['a']), blockAt(2, ['b'])])
    await commitAll(fork, [blockAt(1, ['a']), blockAt(2, ['other'])])
    const source = sourceOf(log)
    const { follower, ledger, seen, done } = await follow({ source })
    await until(() => seen.verified.length > 0)
    const { size, root } = await fork.head()
    source.note = noteOf(log.origin, size, root)
    await done
    expect(follower.state).toMatchObject({ is: 'ended', reason: 'split view' })
    const [evidence] = seen.splits
    expect(evidence).toMatchObject({
      source: 'node-a',
      size,
      ours: seen.verified.at(-1)!.note,
      theirs: source.note,
    })
    expect(evidence!.ourRoot).not.toBe(evidence!.theirRoot)
    expect(await ledger.head()).toEqual(await log.head())
  })

  it('is seen where a longer log does not contain ours, and where a shorter one is no beginning of it', async () => {
    for (const forkLength of [4, 1]) {
      const [log, fork] = [await openMemoryLedger(), await openMemoryLedger()]
      await commitAll(log, [blockAt(1, ['a']), blockAt(2, ['b'])])
      await commitAll(
        fork,
        Array.from({ length: forkLength }, (_, i) => blockAt(1 + i, [`other-${i}`])),
      )
      const { seen, done, ledger } = await follow({ source: sourceOf(fork) }, log)
      await done
      expect(seen.splits).toHaveLength(1)
      expect((await ledger.head()).size).toBe((await log.head()).size)
      expect(seen.targets).toEqual([])
    }
  })

  it('is seen where another node of the log shows another history', async () => {
    const [log, fork] = [await openMemoryLedger(), await openMemoryLedger()]
    await commitAll(log, [blockAt(1, ['a']), blockAt(2, ['b'])])
    await commitAll(fork, [blockAt(1, ['a']), blockAt(2, ['other'])])
    const { seen, done } = await follow({ source: sourceOf(log), compared: [sourceOf(fork, 'node-b')] })
    await done
    expect(seen.splits).toMatchObject([{ source: 'node-b' }])
  })

  it('is none where the source is behind, on the same history', async () => {
    const [log, behind] = [await openMemoryLedger(), await openMemoryLedger()]
    await commitAll(log, [blockAt(1, ['a'])])
    await commitAll(behind, [])
    const first = blockAt(5, ['z'])
    await commitAll(log, [first])
    const { follower, seen, done } = await follow({ source: sourceOf(behind) }, log)
    await until(() => follower.state.is === 'working')
    expect(seen.splits).toEqual([])
    await follower.close()
    await done
  })
})
