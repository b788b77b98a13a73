/**
 * A walk over the text of sound JSON (what JSON.parse has taken), for what parsing does not tell: keys that stand
 * twice, how a number is written, where a value stands. No regular expression: one that repeats a group overruns the
 * stack on strings of several MiB.
 */

/** Char codes by which a token is known: its first. */
export const JSON_MARK = {
  comma: 0x2c,
  openArray: 0x5b,
  closeArray: 0x5d,
  openMap: 0x7b,
  closeMap: 0x7d,
  quote: 0x22,
} as const

const MINUS = 0x2d
const BACKSLASH = 0x5c

/** Where the string that begins at `start` ends: its closing quote, before which stand backslashes in pairs or none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before -= 1
    if ((end - before) % 2 === 1) return end
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
/** Whether a number may go on with `code`: a digit, or one of `.eE+-`. */
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === 0x2e || (code | 0x20) === 0x65 || code === 0x2b || code === MINUS

function endOfNumber(text: string, start: number): number {
  let end = start + 1
  while (isOfNumber(text.charCodeAt(end))) end += 1
  return end
}

/** Whether `code` is one of `,[]{}`. */
const isMark = (code: number): boolean =>
  code === JSON_MARK.comma ||
  code === JSON_MARK.openMap ||
  code === JSON_MARK.closeMap ||
  code === JSON_MARK.openArray ||
  code === JSON_MARK.closeArray

/**
 * Shows `see` every string, number and mark (`,[]{}`) of `text`, which is sound JSON, in order: its first char code,
 * where it starts, and where the text goes on behind it. Ends with the first answer that is not undefined.
 */
export function scanJson<Answer>(
  text: string,
  see: (code: number, start: number, end: number) => Answer | undefined,
): Answer | undefined {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    let end = at + 1
    if (code === JSON_MARK.quote) end = endOfString(text, at) + 1
    else if (code === MINUS || isDigit(code)) end = endOfNumber(text, at)
    else if (!isMark(code)) continue
    const answer = see(code, at, end)
    if (answer !== undefined) return answer
    at = end - 1
  }
  return undefined
}

/** What the string from `start` to `end` of `text`, its quotes included, says. */
export function stringBetween(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1)
  return inner.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : inner
}
