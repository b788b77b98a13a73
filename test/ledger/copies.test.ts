/** Copies of a ledger: a backup taken while it commits, the log as a plain folder and back. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import {
  backupLedger,
  checkLedger,
  createMemoryStore,
  exportLog,
  importLog,
  type Ledger,
  type LedgerHead,
  openLedger,
  openLedgerThread,
  openLmdbStore,
} from '../../src/ledger/index.ts'
import { formatCheckpoint, formatNote, makeLogSigner, parseTilePath } from '../../src/protocol/index.ts'
import { blockOf, GENESIS_TIME, genesisBytes, kernel, keyOf, put, signEntry } from './support/consortium.ts'
import { probeRulesOf } from './support/probe-module.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'medseal-copies-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const log = makeLogSigner(kernel, 'log.example/1', keyOf('log of copies'))
const noteOf = ({ size, root }: Pick<LedgerHead, 'size' | 'root'>, signer = log): string => {
  const text = formatCheckpoint({ origin: signer.vkey.name, size, root })
  return formatNote(text, [signer.sign(text)])
}

const rules = { kernel, rulesOf: probeRulesOf }

describe('a backup', () => {
  it('taken while blocks are committed is a sound ledger that ends in a whole block', async () => {
    const data = join(dir, 'busy')
    const ledger = await openLedgerThread({ dir: data, genesisBytes, create: true })
    const blocks = Array.from({ length: 12 }, (_, i) =>
      blockOf(
        Array.from({ length: 20 }, (_, j) =>
          signEntry('hospital', 'identity.enrol-subject', {
            subject: toHex(kernel.sha256(Uint8Array.of(i, j))),
          }),
        ),
        GENESIS_TIME + i,
      ),
    )
    const roots = new Map<number, string>()
    const committing = (async () => {
      for (const block of blocks) {
        const { head } = await ledger.commit(block)
        roots.set(head.size, toHex(head.root))
      }
    })()
    const heads = []
    for (let i = 0; i < 3; i++) heads.push(await backupLedger(data, join(dir, `backup-${i}`)))
    await committing
    heads.push(await backupLedger(data, join(dir, 'backup-3')))
    const last = await ledger.head()
    await ledger.close()

    expect(heads.at(-1)).toEqual(last)
    for (const [i, head] of heads.entries()) {
      if (head.height > 0) expect(toHex(head.root)).toBe(roots.get(head.size))
      const store = openLmdbStore(join(dir, `backup-${i}`))
      const report = await checkLedger({ store, scratch: createMemoryStore(), kernel })
      expect(report).toMatchObject({ head, replayed: true, problemCount: 0 })
      const restored = await openLedger({ store, genesisBytes, kernel, create: false })
      expect(await restored.head()).toEqual(head)
      await restored.close()
    }
  })

  it('needs a ledger, and a place with nothing in it', async () => {
    const empty = join(dir, 'empty')
    await expect(backupLedger(empty, join(dir, 'nowhere'))).rejects.toMatchObject({ code: 'data.missing' })
    const data = join(dir, 'small')
    await (await openLedger({ store: openLmdbStore(data), genesisBytes, kernel, create: true })).close()
    await mkdir(empty)
    await writeFile(join(empty, 'mine'), 'kept')
    await expect(backupLedger(data, empty)).rejects.toMatchObject({ code: 'data.exists' })
    expect(await readdir(empty)).toEqual(['mine'])
  })
})

describe('the log as a folder', () => {
  async function makeLedger(): Promise<{ ledger: Ledger; store: ReturnType<typeof createMemoryStore> }> {
    const store = createMemoryStore()
    const ledger = await openLedger({ store, genesisBytes, ...rules, create: true })
    return { ledger, store }
  }
  const many = (count: number) => blockOf(Array.from({ length: count }, (_, i) => put(`many/${i}`)))
  const filesUnder = async (folder: string) =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort()

  it('holds the checkpoint with every tile and bundle that it needs, and grows', async () => {
    const { ledger, store } = await makeLedger()
    const folder = join(dir, 'tiles')
    await ledger.commit(many(300))
    const first = await ledger.head()
    const seen: number[] = []
    await exportLog({
      store,
      kernel,
      dir: folder,
      note: noteOf(first),
      onProgress: (leaves) => seen.push(leaves),
    })
    expect(seen).toEqual([256, first.size])
    expect(await filesUnder(folder)).toEqual([
      'checkpoint',
      'tile/0/000',
      'tile/0/001.p/47',
      'tile/1/000.p/1',
      'tile/entries/000',
      'tile/entries/001.p/47',
    ])
    const written = (await stat(join(folder, 'tile/0/000'))).mtimeMs

    await ledger.commit(many(300))
    const second = await ledger.head()
    await exportLog({ store, kernel, dir: folder, note: noteOf(second) })
    expect(await readFile(join(folder, 'checkpoint'), 'utf8')).toBe(noteOf(second))
    expect((await stat(join(folder, 'tile/0/000'))).mtimeMs).toBe(written)
    for (const path of (await filesUnder(folder)).filter((name) => name !== 'checkpoint')) {
      const tile = parseTilePath(path)!
      const bytes =
        tile.kind === 'tile'
          ? await ledger.tile(tile.level, tile.index, tile.width)
          : await ledger.bundle(tile.index, tile.width)
      expect(new Uint8Array(await readFile(join(folder, path))), path).toEqual(bytes)
    }
    // What was exported at the first size can still be imported at it: the full bundle begins with the partial one.
    await rm(join(folder, 'tile/entries/001.p'), { recursive: true })
    expect(await importLog({ dir: folder, checkpoint: first, into: createMemoryStore(), ...rules })).toEqual(
      first,
    )
    expect(await importLog({ dir: folder, checkpoint: second, into: createMemoryStore(), ...rules })).toEqual(
      second,
    )
  })

  describe('where something stands already', () => {
    /** A folder with the first 304 leaves, and the ledger that it is of, which has grown since. */
    async function exportGrown(name: string) {
      const { ledger, store } = await makeLedger()
      const folder = join(dir, name)
      await ledger.commit(many(300))
      const first = await ledger.head()
      const write = (note: string) => exportLog({ store, kernel, dir: folder, note })
      await write(noteOf(first))
      await ledger.commit(many(300))
      const files = async () =>
        Promise.all(
          (await filesUnder(folder)).map(async (path) => [path, await readFile(join(folder, path))]),
        )
      return { ledger, folder, first, second: await ledger.head(), write, files }
    }

    it('goes on with the same log, and back to no smaller one', async () => {
      const { first, second, write, files } = await exportGrown('grown')
      await write(noteOf(second))
      const before = await files()
      await write(noteOf(second))
      expect(await files()).toEqual(before)
      await expect(write(noteOf(first))).rejects.toMatchObject({ code: 'data.exists' })
      expect(await files()).toEqual(before)
    })

    it.each<[string, (note: string) => string]>([
      ['another origin', (note) => note.replaceAll('log.example/1', 'log.example/2')],
      ['more leaves', (note) => note.replace(/\n\d+\n/, '\n9000\n')],
      ['another root', (note) => note.replace(/\n[^\n]{44}\n/, `\n${'A'.repeat(43)}=\n`)],
      ['no checkpoint', () => 'something else\n'],
      ['nothing in it', () => ''],
    ])('refuses a checkpoint with %s, and writes nothing', async (name, alter) => {
      const { folder, second, write, files } = await exportGrown(`other ${name}`)
      const path = join(folder, 'checkpoint')
      await writeFile(path, alter(await readFile(path, 'utf8')))
      const before = await files()
      await expect(write(noteOf(second))).rejects.toMatchObject({ code: 'data.exists' })
      expect(await files()).toEqual(before)
    })

    it('writes anew what is cut, and all of it where no checkpoint says whose it is', async () => {
      const { folder, first, write, files } = await exportGrown('cut')
      const whole = await files()
      for (const path of ['tile/0/000', 'tile/0/001.p/47', 'tile/entries/000', 'tile/entries/001.p/47']) {
        const bytes = await readFile(join(folder, path))
        await writeFile(join(folder, path), bytes.subarray(0, -40))
        await write(noteOf(first))
        expect(await files(), path).toEqual(whole)
      }
      await writeFile(join(folder, 'tile/0/000'), Buffer.alloc(256 * 32))
      await rm(join(folder, 'checkpoint'))
      await write(noteOf(first))
      expect(await files()).toEqual(whole)
    })
  })

  it('becomes a ledger again, also where the import was interrupted', async () => {
    const { ledger, store } = await makeLedger()
    const folder = join(dir, 'again')
    for (const count of [10, 300, 5]) await ledger.commit(many(count))
    const head = await ledger.head()
    await exportLog({ store, kernel, dir: folder, note: noteOf(head) })
    const into = openLmdbStore(join(dir, 'imported'))
    const interrupted = importLog({
      dir: folder,
      checkpoint: head,
      into,
      ...rules,
      onBlock({ height }) {
        if (height === 2) throw new Error('interrupted')
      },
    })
    await expect(interrupted).rejects.toThrow('interrupted')
    const heights: number[] = []
    const onBlock = ({ height }: { height: number }) => heights.push(height)
    expect(await importLog({ dir: folder, checkpoint: head, into, ...rules, onBlock })).toEqual(head)
    expect(heights).toEqual([2, 3])
    const imported = await openLedger({ store: into, genesisBytes, ...rules, create: false })
    expect(await imported.head()).toEqual(head)
    await imported.close()
  })

  it('is not believed where it was changed, and named where it is short', async () => {
    const { ledger, store } = await makeLedger()
    const folder = join(dir, 'changed')
    await ledger.commit(many(3))
    const head = await ledger.head()
    await exportLog({ store, kernel, dir: folder, note: noteOf(head) })
    const into = () => ({ into: createMemoryStore(), dir: folder, ...rules })
    const other = { size: head.size, root: kernel.sha256(head.root) }
    await expect(importLog({ ...into(), checkpoint: other })).rejects.toMatchObject({
      code: 'ledger.diverged',
    })
    await expect(importLog({ ...into(), checkpoint: { ...head, size: 300 } })).rejects.toMatchObject({
      code: 'data.missing',
    })
    const path = join(folder, 'tile/entries/000.p', String(head.size))
    const bundle = await readFile(path)
    bundle[bundle.length - 200]! ^= 1
    await writeFile(path, bundle)
    await expect(importLog({ ...into(), checkpoint: head })).rejects.toMatchObject({
      code: 'ledger.diverged',
    })
    const tooLong = exportLog({
      store,
      kernel,
      dir: folder,
      note: noteOf({ ...head, size: head.size + 1 }),
    })
    await expect(tooLong).rejects.toMatchObject({ code: 'read.range' })
  })
})
