/**
 * A lock file that one process at a time holds, on any file system with hard links and without native code. It names
 * its holder, so that a lock whose process is gone can be taken over.
 */
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { LedgerError } from '../base/index.ts'

/**
 * Locks that this process holds, to tell its own second start from a lock that an earlier process left under the same
 * id.
 */
const heldHere = new Set<string>()

/**
 * When a process was started, in ticks since boot, from Linux's /proc; empty where it has ended (a zombie has) or the
 * system does not tell. A process id alone may have gone to another program since.
 */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses, which may hold anything; state and start come after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '')
  } catch {
    return ''
  }
}

/** Whether the process that wrote a lock still runs. */
function isRunning(pid: number, start: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  if (start !== '') return startOf(pid) === start
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Makes the lock, whole at once, where there is none. */
function make(path: string): boolean {
  const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, `${process.pid} ${startOf(process.pid)}`, { flag: 'wx', mode: 0o600 })
  try {
    // Commit point. A link, unlike a write, is never seen half done: an empty lock would look like one that nobody
    // holds.
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** What stands in the lock; empty where there is none. */
function readLock(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** LedgerError where a running process holds the lock. */
function refuseHeld(path: string): void {
  const [pid = '', start = ''] = readLock(path).split(' ')
  const holder = Number(pid)
  // One that carries our own id, and that we did not make, is another's that is gone: in a container every run may have
  // the same.
  const isHeld = heldHere.has(path) || (holder !== process.pid && isRunning(holder, start))
  if (!isHeld) return
  const message = `Process ${holder} holds ${path}. If it is not a medseal node, remove that file.`
  throw new LedgerError('data.locked', { message })
}

/**
 * Takes the lock at `path`; the result gives it back. LedgerError `data.locked` where a running process holds it, or
 * another is taking it over at this moment.
 *
 * A lock that was left is replaced under a lock of its own, `<path>.over`: between seeing that its holder is gone and
 * removing it, another may have put its own there. That second lock is taken in the same way, so that one left by a
 * crash in between is no end either.
 */
export function takeLock(path: string): () => void {
  if (!make(path)) {
    refuseHeld(path)
    const leave = takeLock(`${path}.over`)
    try {
      refuseHeld(path)
      rmSync(path, { force: true })
      if (!make(path)) throw new LedgerError('data.locked', { message: `Another process just took ${path}.` })
    } finally {
      leave()
    }
  }
  heldHere.add(path)
  return () => {
    heldHere.delete(path)
    rmSync(path, { force: true })
  }
}
