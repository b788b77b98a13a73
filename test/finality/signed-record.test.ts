/**
 * The record of what was signed, on a real file whose writes fail: it holds the last that was written, or the one
 * before.
 */
import { mkdtempSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createSignedRecord, openSignedRecord } from '../../src/finality/signed-record.ts'

const LEDGER = 'ab'.repeat(32)
const folder = mkdtempSync(join(tmpdir(), 'medseal-signed-'))
let fileCount = 0
const newPath = (): string => join(folder, String(fileCount++))
const checkpointOf = (size: number) => ({
  size,
  root: size.toString(16).padStart(64, '0'),
  note: `note ${size}`,
})

/** What every file handle shares, so that its writes can be made to fail. */
async function handlePrototype(): Promise<FileHandle> {
  const file = await open(newPath(), 'w')
  await file.close()
  return Object.getPrototypeOf(file) as FileHandle
}
const prototype = await handlePrototype()
afterEach(() => vi.restoreAllMocks())

const errorOf = (code: string) => Object.assign(new Error(`${code}: it failed`), { code })

/** Ways in which a write in place can fail; each makes the next write of a record fail. */
const FAULTS = {
  'nothing is written': (code: string) => {
    vi.spyOn(prototype, 'write').mockRejectedValueOnce(errorOf(code))
  },
  'half of it is written': (code: string) => {
    const write = prototype.write as (...args: unknown[]) => Promise<unknown>
    vi.spyOn(prototype, 'write').mockImplementationOnce(async function (
      this: FileHandle,
      ...args: unknown[]
    ) {
      const [bytes, , , position] = args as [Uint8Array, number, number, number]
      await write.call(this, bytes, 0, 40, position)
      throw errorOf(code)
    } as never)
  },
  'less is written than asked, and no error told': () => {
    vi.spyOn(prototype, 'write').mockResolvedValueOnce({ bytesWritten: 40, buffer: Buffer.alloc(0) } as never)
  },
  'it is written, and its sync fails': (code: string) => {
    vi.spyOn(prototype, 'datasync').mockRejectedValueOnce(errorOf(code))
  },
} as const

describe.each(['ENOSPC', 'EIO', 'EDQUOT'])('a write that fails with %s', (code) => {
  it.each(Object.keys(FAULTS) as (keyof typeof FAULTS)[])('where %s', async (fault) => {
    for (let before = 0; before < 4; before++) {
      const path = newPath()
      const record = await createSignedRecord(path, LEDGER)
      for (let size = 1; size <= before; size++) await record.write(checkpointOf(size))
      FAULTS[fault](code)
      await expect(record.write(checkpointOf(before + 1))).rejects.toMatchObject({ code: 'node.unrecorded' })
      expect(record.last?.size).toBe(before === 0 ? undefined : before)
      await record.close()
      vi.restoreAllMocks()
      const again = await openSignedRecord(path, LEDGER)
      expect(again.standing).toBe('sound')
      const found = again.last?.size ?? 0
      const persists = fault.startsWith('it is written')
      expect(found).toBe(persists ? before + 1 : before)
      // It goes on from whichever it is.
      await again.write(checkpointOf(found + 1))
      await again.close()
      const last = await openSignedRecord(path, LEDGER)
      expect(last.last).toMatchObject(checkpointOf(found + 1))
      await last.close()
    }
  })
})

it('of another ledger counts as missing, and signs nothing', async () => {
  const path = newPath()
  await (await createSignedRecord(path, LEDGER, checkpointOf(3))).close()
  const other = await openSignedRecord(path, 'cd'.repeat(32))
  expect(other).toMatchObject({ standing: 'missing', last: undefined })
  await expect(other.write(checkpointOf(4))).rejects.toThrow(/signs nothing/)
  const missing = await openSignedRecord(newPath(), LEDGER)
  expect(missing.standing).toBe('missing')
})

it('has room for a note with the lines of 128 members', async () => {
  const path = newPath()
  const record = await createSignedRecord(path, LEDGER)
  const line = `\u2014 ${'n'.repeat(145)} ${'A'.repeat(104)}\n`
  const large = { size: 7, root: '77'.repeat(32), note: `origin\n7\nroot\n\n${line.repeat(129)}` }
  await record.write(large)
  await record.write(checkpointOf(8))
  await record.write({ ...large, size: 9 })
  await record.close()
  const again = await openSignedRecord(path, LEDGER)
  expect(again).toMatchObject({ standing: 'sound', last: { ...large, size: 9 } })
  await again.close()
})

it('in another layout is not believed', async () => {
  const path = newPath()
  await (await createSignedRecord(path, LEDGER, checkpointOf(1))).close()
  const file = await open(path, 'r+')
  const json = JSON.stringify({ ledgerId: LEDGER, inode: '1', born: '1' })
  await file.write(`${crc32(json).toString(16).padStart(8, '0')} ${json}\n`, 0)
  await file.close()
  expect(await openSignedRecord(path, LEDGER)).toMatchObject({ standing: 'missing', last: undefined })
})
