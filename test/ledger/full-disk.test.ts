/**
 * A real file system that is full: the stores stop with a code or refuse, and go on when there is room. Needs to mount.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { equalBytes, toHex } from '../../src/base/index.ts'
import { createSignedRecord, openSignedRecord } from '../../src/finality/signed-record.ts'
import { checkLedger, createMemoryStore, openLedger, openLmdbStore, STATUS } from '../../src/ledger/index.ts'
import { openPartStore } from '../../src/vault/index.ts'
import { describeWith, NEEDS_MOUNT } from '../support/needs.ts'
import { blockOf, GENESIS_TIME, genesisBytes, idOf, kernel, signEntry } from './support/consortium.ts'

let folder: string
const resize = (mebibytes: number) => execFileSync('mount', ['-o', `remount,size=${mebibytes}m`, folder])

describeWith([NEEDS_MOUNT], 'a full file system', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'medseal-full-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder])
  })
  afterAll(() => {
    execFileSync('umount', [folder])
    rmSync(folder, { recursive: true })
  })

  const blockAt = (height: number) => {
    const entries = Array.from({ length: 50 }, (_, i) =>
      signEntry('hospital', 'identity.enrol-subject', {
        subject: toHex(kernel.sha256(Buffer.from(`${height}/${i}`))),
      }),
    )
    return { entries, block: blockOf(entries, GENESIS_TIME + height) }
  }

  it('halts the ledger with a code; with room again it has every committed block and goes on', {
    timeout: 120_000,
  }, async () => {
    const dir = join(folder, 'ledger')
    const ledger = await openLedger({ store: openLmdbStore(dir), genesisBytes, kernel, create: true })
    const committed: Uint8Array[] = []
    let failure: unknown
    let height = 1
    for (; failure === undefined && height < 1_000; height++) {
      const { entries, block } = blockAt(height)
      try {
        await ledger.commit(block)
        committed.push(...entries.map(idOf))
      } catch (error) {
        failure = error
      }
    }
    expect(failure).toMatchObject({ code: 'ledger.halted' })
    await ledger.close()
    expect(committed.length).toBeGreaterThan(100)

    // Full as it is, it can be opened and read.
    const store = openLmdbStore(dir)
    const full = await openLedger({ store, genesisBytes, kernel, create: false })
    for (const id of committed) expect([...(await full.statuses(id)).kinds]).toEqual([STATUS.accepted])
    await full.close()

    resize(16)
    const roomy = openLmdbStore(dir)
    const again = await openLedger({ store: roomy, genesisBytes, kernel, create: false })
    const { height: before } = await again.head()
    await again.commit(blockAt(height).block)
    expect((await again.head()).height).toBe(before + 1)
    const report = await checkLedger({ store: roomy, scratch: createMemoryStore(), kernel })
    expect(report).toMatchObject({ problemCount: 0, replayed: true })
    await again.close()
    rmSync(dir, { recursive: true })
    resize(4)
  })

  it('refuses private parts, keeps those it took, and takes more when there is room', {
    timeout: 120_000,
  }, async () => {
    const parts = openPartStore(join(folder, 'vault'))
    const idAt = (i: number) => new Uint8Array(32).fill(i)
    const part = new Uint8Array(60_000).fill(7)
    let kept = 0
    let failure: unknown
    for (; failure === undefined && kept < 200; ) {
      await parts.keep([{ id: idAt(kept), part }]).then(
        () => kept++,
        (error: unknown) => {
          failure = error
        },
      )
    }
    expect(failure).toMatchObject({ code: 'vault.write' })
    expect(kept).toBeGreaterThan(5)
    for (let i = 0; i < kept; i++) expect(equalBytes((await parts.get(idAt(i)))!, part)).toBe(true)
    resize(16)
    await parts.keep([{ id: idAt(kept), part }])
    expect(equalBytes((await parts.get(idAt(kept)))!, part)).toBe(true)
    await parts.close()
    rmSync(join(folder, 'vault'), { recursive: true })
    resize(4)
  })

  it('does not stop the record of signatures, whose place is taken when it is made', async () => {
    const path = join(folder, 'signed')
    const record = await createSignedRecord(path, 'ab')
    const fill = () => writeFileSync(join(folder, 'other'), new Uint8Array(8 * 1024 * 1024))
    expect(fill).toThrow(/ENOSPC/)
    for (let size = 1; size < 5; size++) await record.write({ size, root: '' })
    await record.close()
    const again = await openSignedRecord(path, 'ab')
    expect(again.last).toMatchObject({ size: 4 })
    await again.close()
  })
})
