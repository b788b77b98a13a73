/**
 * Where values stand in a JSON text. A resource is anchored as the bytes that its sender wrote: FHIR keeps the precision of
 * decimals (1.50 is not 1.5), which parsing and writing again would lose.
 */

/** Strings, other scalars, and the marks that open, close and separate. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g

/** First and last+1 index of a value in the text. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Spans of the values at `/<list>/<n>/<field>` of sound JSON, by n: `elementSpans(text, 'entry', 'resource')` finds the resources
 * of a bundle.
 */
export function elementSpans(text: string, list: string, field: string): Map<number, Span> {
  const spans = new Map<number, Span>()
  /** The way down to where the scan is: names in maps, positions in arrays. */
  const path: (string | number)[] = []
  const isWanted = (): boolean =>
    path.length === 3 && path[0] === list && typeof path[1] === 'number' && path[2] === field
  let start = -1
  let keyNext = false
  for (const match of text.matchAll(TOKEN)) {
    const [token] = match
    if (token === ':') continue
    if (token === ',') {
      const last = path.at(-1)
      if (typeof last === 'number') path[path.length - 1] = last + 1
      else keyNext = true
    } else if (keyNext && token[0] === '"') {
      path[path.length - 1] = JSON.parse(token) as string
      keyNext = false
    } else if (token === '{' || token === '[') {
      if (isWanted()) start = match.index
      path.push(token === '{' ? '' : 0)
      keyNext = token === '{'
    } else if (token === '}' || token === ']') {
      path.pop()
      keyNext = false
      if (isWanted()) spans.set(path[1] as number, { start, end: match.index + 1 })
    }
  }
  return spans
}
