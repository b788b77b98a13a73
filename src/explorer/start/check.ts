/** What a reader brings, a file or pasted text, and what it is: a receipt, a genesis file or a certificate's file. */
import { CHECKED_FILE_BYTES_MAX, utf8 } from '../../base/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { type AnyJson, parseStrictJson, type ReceiptVerdict, verifyReceipt } from '../../protocol/index.ts'
import type { Trusted } from './trust.ts'

/** `problem` is a name of the page's texts. */
export type Brought =
  | { readonly is: 'receipt'; readonly value: AnyJson }
  | { readonly is: 'genesis'; readonly bytes: Uint8Array }
  | { readonly is: 'certificate'; readonly credential: AnyJson }
  | { readonly is: 'nothing'; readonly problem: 'tooLarge' | 'notJson' }

/** Reads bytes. JSON that is neither genesis nor certificate is taken for a receipt, whose check says what it lacks. */
export function recognise(bytes: Uint8Array): Brought {
  if (bytes.length > CHECKED_FILE_BYTES_MAX) return { is: 'nothing', problem: 'tooLarge' }
  const parsed = parseStrictJson(bytes, { integersOnly: false })
  if (!parsed.ok) return { is: 'nothing', problem: 'notJson' }
  const { value } = parsed
  const has = (name: string) => typeof value === 'object' && value !== null && Object.hasOwn(value, name)
  if (has('members') && has('quorum')) return { is: 'genesis', bytes }
  if (has('credential')) {
    return { is: 'certificate', credential: (value as { readonly credential: AnyJson }).credential }
  }
  return { is: 'receipt', value }
}

/** The same of a file, which is not read where it is too large. */
export async function recogniseFile(file: File): Promise<Brought> {
  if (file.size > CHECKED_FILE_BYTES_MAX) return { is: 'nothing', problem: 'tooLarge' }
  return recognise(new Uint8Array(await file.arrayBuffer()))
}

export function recogniseText(text: string): Brought {
  if (text.length > CHECKED_FILE_BYTES_MAX) return { is: 'nothing', problem: 'tooLarge' }
  return recognise(utf8(text.trim()))
}

/** How a receipt comes out, as the page names it. */
export type ReceiptState = 'VALID' | 'NOT_FINAL' | 'REFUSED' | 'INVALID'

export function stateOf(verdict: ReceiptVerdict): ReceiptState {
  if (!verdict.ok) return 'INVALID'
  if (verdict.status === 'refused') return 'REFUSED'
  return verdict.final ? 'VALID' : 'NOT_FINAL'
}

export const checkReceipt = (
  kernel: Kernel,
  value: AnyJson,
  { trust }: Trusted,
  id: string,
): ReceiptVerdict => verifyReceipt(kernel, value, trust, id === '' ? undefined : id)

/** The hash that a certificate's link, or what was pasted in its place, names; undefined where it names none. */
export function hashIn(text: string): string | undefined {
  const last = text.trim().split(/[?#]/, 1)[0]!.split('/').at(-1)!.toLowerCase()
  return /^[0-9a-f]{64}$/.test(last) ? last : undefined
}
