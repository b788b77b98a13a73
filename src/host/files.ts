/** Small files that must be there whole or not at all, whenever the process or the machine ends. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes names in a folder durable (POSIX asks for it). */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** Writes a file that must not exist yet; its bytes are durable, its name once its folder is synced. */
export function writeSynced(path: string, bytes: Uint8Array, mode: number): void {
  const file = openSync(path, 'wx', mode)
  try {
    writeFileSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Writes a file in place of an earlier one; durable, name and bytes. A crash leaves the one or the other. */
export function replaceSynced(path: string, bytes: Uint8Array, mode = 0o600): void {
  const part = `${path}.part`
  rmSync(part, { force: true })
  writeSynced(part, bytes, mode)
  // Commit point: before it the earlier file, after it the new one, both whole.
  renameSync(part, path)
  syncFolder(dirname(path))
}
