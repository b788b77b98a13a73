/**
 * Where values stand in a JSON text. A resource is anchored as the bytes that its sender wrote: FHIR keeps the
 * precision of decimals (1.50 is not 1.5), which parsing and writing again would lose.
 */
import { JSON_MARK, scanJson, stringBetween } from '../protocol/index.ts'

/** First and last+1 index of a value in the text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Spans of the values at `/<list>/<n>/<field>` of sound JSON, by n: `elementSpans(text, 'entry', 'resource')` finds the
 * resources of a bundle.
 */
export function elementSpans(text: string, list: string, field: string): Map<number, Span> {
  const spans = new Map<number, Span>()
  /** The way down to where the scan is: names in maps, positions in arrays. */
  const path: (string | number)[] = []
  const isWanted = (): boolean =>
    path.length === 3 && path[0] === list && typeof path[1] === 'number' && path[2] === field
  let startOfWanted = -1
  let keyNext = false
  scanJson(text, (code, start, end) => {
    if (code === JSON_MARK.comma) {
      const last = path.at(-1)
      if (typeof last === 'number') path[path.length - 1] = last + 1
      else keyNext = true
    } else if (code === JSON_MARK.quote && keyNext) {
      path[path.length - 1] = stringBetween(text, start, end)
      keyNext = false
    } else if (code === JSON_MARK.openMap || code === JSON_MARK.openArray) {
      if (isWanted()) startOfWanted = start
      keyNext = code === JSON_MARK.openMap
      path.push(keyNext ? '' : 0)
    } else if (code === JSON_MARK.closeMap || code === JSON_MARK.closeArray) {
      path.pop()
      keyNext = false
      if (isWanted()) spans.set(path[1] as number, { start: startOfWanted, end })
    }
    return undefined
  })
  return spans
}
