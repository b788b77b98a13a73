/** What the holder of a log's key can do and must not. */
import type { Kernel } from '../../../../src/kernel/index.ts'
import {
  formatCheckpoint,
  formatNote,
  makeLogSigner,
  parseCheckpoint,
  parseNote,
  type SigningKey,
} from '../../../../src/protocol/index.ts'

/** Another root of the same size, signed by the log. */
export function noteOfFork(kernel: Kernel, note: string, log: SigningKey): string {
  const checkpoint = parseCheckpoint(parseNote(note).text)
  const text = formatCheckpoint({ ...checkpoint, root: kernel.sha256(checkpoint.root) })
  return formatNote(text, [makeLogSigner(kernel, checkpoint.origin, log).sign(text)])
}
