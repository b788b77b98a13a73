/** Evidence that a node keeps of what must never happen, for whoever looks into it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { toHex, utf8 } from '../base/index.ts'
import type { Disagreement } from '../engine/index.ts'
import { replaceSynced } from './files.ts'
import { errorFields, type Logger } from './logger.ts'

/** Raises the alarm when two builds of the kernel differ, and keeps the input for whoever looks into it. */
export function keepDisagreement(
  folder: string,
  { entries, ledgerId, build, fast, scalar }: Disagreement,
  logger: Logger,
): void {
  const path = join(folder, 'evidence', `${toHex(scalar.leafHashes.subarray(0, 8))}.json`)
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  const evidence = {
    ledgerId: toHex(ledgerId),
    entries: base64(entries.bytes),
    offsets: [...entries.offsets],
    build,
    fastFaults: [...fast.faults],
    scalarFaults: [...scalar.faults],
  }
  logger.error(`ALARM: the ${build} kernel differs from the scalar one; it is switched off`, {
    evidence: path,
  })
  try {
    mkdirSync(join(folder, 'evidence'), { recursive: true, mode: 0o700 })
    // Commit point: a crash before it leaves no evidence; the scalar build's answer stands either way, and the same
    // input will differ again.
    replaceSynced(path, utf8(`${JSON.stringify(evidence)}\n`))
  } catch (error) {
    // A full disk must not stop a node whose answer is right.
    logger.error('the evidence could not be kept', errorFields(error))
  }
}
