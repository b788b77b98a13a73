/** A disk that fills up: the node refuses transactions before it is full, goes on reading, and goes on by itself. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DISK_LOW_BYTES, DISK_RESUME_BYTES, DISK_RETRY_SECONDS, systemClock } from '../../src/base/index.ts'
import { DiskWatch, freeBytesAt } from '../../src/host/disk-watch.ts'
import { createLogger } from '../../src/host/index.ts'
import { openDoor, problemOf, toRequest } from '../api/support/door.ts'
import { itWith, NEEDS_MOUNT } from '../support/needs.ts'

const MEBIBYTE = 1024 * 1024
const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('a node whose disk fills up', async () => {
  let free = DISK_RESUME_BYTES
  const door = await openDoor({ freeBytes: async () => free })
  door.clock.speed = 500
  const write = () => door.sign('hospital:dr-li', 'note.write', { to: 'hospital' }, { private: { a: 1 } })
  const isReady = async () => (await door.get('/readyz')).statusCode === 200
  const metric = async (name: string) => new RegExp(`^${name} (\\S+)$`, 'm').exec(await door.figures())?.[1]

  it('takes transactions down to the limit', async () => {
    free = DISK_LOW_BYTES
    await until(async () => (await metric('medseal_disk_free_bytes')) === String(DISK_LOW_BYTES))
    expect((await door.post(toRequest(write()))).statusCode).toBe(200)
    expect(await metric('medseal_takes_transactions')).toBe('1')
  })

  it('refuses them below it with a reason and a time, keeps none of their parts, and reads on', async () => {
    free = DISK_LOW_BYTES - 1
    await until(async () => !(await isReady()))
    expect((await door.get('/readyz')).json()).toEqual({ ready: false, reasons: ['disk low'], warnings: [] })
    expect(await metric('medseal_takes_transactions')).toBe('0')
    const late = write()
    const refused = await door.post(toRequest(late))
    expect(refused.statusCode).toBe(503)
    expect(refused.headers['retry-after']).toBe(String(DISK_RETRY_SECONDS))
    expect(problemOf(refused)).toMatchObject({
      code: 'node.disk-low',
      detail: expect.stringContaining(`${DISK_LOW_BYTES / MEBIBYTE - 1} MiB left`),
    })
    expect(await door.parts.get(Buffer.from(late.id, 'hex'))).toBeUndefined()
    expect((await door.get('/checkpoint')).statusCode).toBe(200)
    expect((await door.get('/v1/identity/me', 'hospital')).statusCode).toBe(200)
    expect(door.logLines.filter((line) => line.includes('nearly full'))).toHaveLength(1)
  })

  it('does not flap: a little room is not enough, more is', async () => {
    free = DISK_RESUME_BYTES - 1
    await until(async () => (await metric('medseal_disk_free_bytes')) === String(free))
    expect(await isReady()).toBe(false)
    free = DISK_RESUME_BYTES
    await until(isReady)
    expect((await door.post(toRequest(write()))).json()).toMatchObject([{ status: 'accepted' }])
  })

  it('keeps what it knew where the file system does not tell', async () => {
    free = 0
    await until(async () => !(await isReady()))
    await door.node.close()
    const logged: string[] = []
    const logger = createLogger({ level: 'info', clock: systemClock, write: (line) => logged.push(line) })
    let fails = false
    const watch = new DiskWatch({
      clock: systemClock,
      logger,
      freeBytes: async () => {
        if (fails) throw Object.assign(new Error('EIO: i/o error, statfs'), { code: 'EIO' })
        return 1
      },
    })
    await watch.look()
    fails = true
    await watch.look()
    await watch.look()
    expect(watch).toMatchObject({ low: true, freeBytes: 1 })
    expect(logged.filter((line) => line.includes('can not be read'))).toHaveLength(1)
  })
})

itWith([NEEDS_MOUNT], 'a real file system tells when it is nearly full, and when it is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'medseal-disk-'))
  const resize = (mebibytes: number) =>
    execFileSync('mount', ['-o', `remount,size=${mebibytes}m`, folder], { stdio: 'ignore' })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=900m', 'tmpfs', folder])
  try {
    const logger = createLogger({ level: 'silent', clock: systemClock, write: () => {} })
    const watch = new DiskWatch({ clock: systemClock, logger, freeBytes: () => freeBytesAt(folder) })
    await watch.look()
    expect(watch).toMatchObject({ low: false, freeBytes: 900 * MEBIBYTE })
    resize(500)
    await watch.look()
    expect(() => watch.requireRoom()).toThrow(/500 MiB left/)
    resize(900)
    writeFileSync(join(folder, 'other'), new Uint8Array(200 * MEBIBYTE))
    await watch.look()
    expect(watch.low).toBe(true)
    writeFileSync(join(folder, 'other'), '')
    await watch.look()
    watch.requireRoom()
  } finally {
    execFileSync('umount', [folder])
    rmdirSync(folder)
  }
})
