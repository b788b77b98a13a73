/**
 * Requests that are ready to be sent, in a file: each behind its length (4 bytes, big-endian). Signed ahead, so that no
 * load generator signs while time is taken.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'

/** A file that requests are added to. */
export function createRequestFile(path) {
  const file = openSync(path, 'w')
  return {
    add(bytes) {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      writeSync(file, length)
      writeSync(file, bytes)
    },
    close: () => closeSync(file),
  }
}

/** All requests of a file, in order. */
export function readRequests(path) {
  const bytes = readFileSync(path)
  const requests = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    requests.push(bytes.subarray(at + 4, end))
    at = end
  }
  return requests
}

/** Runs `task(i)` for i of `from` to `to`, at most `atOnce` at a time. */
export async function runAtOnce(from, to, atOnce, task) {
  let next = from
  const lane = async () => {
    while (next < to) await task(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}
