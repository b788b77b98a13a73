/**
 * Queries in the form of the EPCIS 2.0 REST interface: parameters of SimpleEventQuery in the query string, several
 * values of one separated by `|`, an `EPCISQueryDocument` in answer, its next page as a token in a Link header.
 */
import { LedgerError, PAGE_COUNT_MAX } from '../base/index.ts'
import type { EpcisEvent } from './events.ts'
import { bare, CBV_MDA, EPCIS_CONTEXT, type ItemName, itemOfEpc } from './terms.ts'

/** Events on one page when the reader does not say; EPCIS 2.0 has 30. */
const PER_PAGE_DEFAULT = 30

/** A checked query. */
export interface EpcisQuery {
  /** Unix seconds: events at or after, and before. */
  readonly from: number | undefined
  readonly to: number | undefined
  /** The item named by MATCH_epc or MATCH_anyEPC; null where it is one that medseal can not have. */
  readonly item: ItemName | null | undefined
  /** Whether a container's own EPC counts as well as its contents'. */
  readonly includesParent: boolean
  readonly perPage: number
  /** Where each module goes on, from the token of the page before. */
  readonly cursors: Cursors
  matches(event: EpcisEvent): boolean
}

/** Cursor by module; null where a module has nothing more. */
export type Cursors = { readonly [module in 'waste' | 'supply']?: string | null }

function refuse(field: string, message: string): never {
  throw new LedgerError('form.request', { field: `/${field}`, message: `${field} ${message}` })
}

const EVENT_TYPES = [
  'ObjectEvent',
  'AggregationEvent',
  'TransactionEvent',
  'TransformationEvent',
  'AssociationEvent',
]
const ACTIONS = ['ADD', 'OBSERVE', 'DELETE']
const NAMES = [
  'eventType',
  'GE_eventTime',
  'LT_eventTime',
  'GE_recordTime',
  'LT_recordTime',
  'EQ_action',
  'EQ_bizStep',
  'EQ_disposition',
  'MATCH_epc',
  'MATCH_anyEPC',
  'perPage',
  'nextPageToken',
] as const
type Name = (typeof NAMES)[number]

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

/** First whole second at or after a time of RFC 3339: events have whole seconds. */
function secondsOf(name: Name, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const milliseconds = TIME.test(text) ? Date.parse(text) : Number.NaN
  const seconds = Math.ceil(milliseconds / 1000)
  const isTime = Number.isInteger(seconds) && seconds >= 0 && seconds <= 2 ** 32 - 1
  return isTime ? seconds : refuse(name, 'is no date and time with an offset.')
}

const later = (a: number | undefined, b: number | undefined) => (a === undefined ? b : Math.max(a, b ?? a))
const earlier = (a: number | undefined, b: number | undefined) => (a === undefined ? b : Math.min(a, b ?? a))

function perPageOf(text: string | undefined): number {
  if (text === undefined) return PER_PAGE_DEFAULT
  const count = /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : 0
  return count >= 1 && count <= PAGE_COUNT_MAX ? count : refuse('perPage', `is 1 to ${PAGE_COUNT_MAX}.`)
}

/** Reads the query string. LedgerError `form.request` names a parameter that is unknown or wrong. */
export function parseQuery(search: URLSearchParams): EpcisQuery {
  const given = new Map<string, string>()
  for (const [name, value] of search) {
    if (!(NAMES as readonly string[]).includes(name)) refuse(name, 'is no parameter that this node knows.')
    if (given.has(name)) refuse(name, 'stands twice; several values are separated by |.')
    if (value === '') refuse(name, 'is empty.')
    given.set(name, value)
  }
  const listOf = (name: Name) => given.get(name)?.split('|')
  const oneOf = (name: Name, known: readonly string[]) => {
    const values = listOf(name)
    if (values?.some((value) => !known.includes(value))) refuse(name, `is one of ${known.join(', ')}.`)
    return values
  }
  const types = oneOf('eventType', EVENT_TYPES)
  const actions = oneOf('EQ_action', ACTIONS)
  const steps = listOf('EQ_bizStep')?.map(bare)
  const dispositions = listOf('EQ_disposition')?.map(bare)
  const isIn = (values: readonly string[] | undefined, value: string | undefined) =>
    values === undefined || (value !== undefined && values.includes(value))
  const [epc, anyEpc] = [given.get('MATCH_epc'), given.get('MATCH_anyEPC')]
  if (epc !== undefined && anyEpc !== undefined) refuse('MATCH_anyEPC', 'does not go with MATCH_epc.')
  const wanted = epc ?? anyEpc
  if (wanted?.includes('|')) refuse(epc === undefined ? 'MATCH_anyEPC' : 'MATCH_epc', 'names one EPC here.')
  return {
    from: later(
      secondsOf('GE_eventTime', given.get('GE_eventTime')),
      secondsOf('GE_recordTime', given.get('GE_recordTime')),
    ),
    to: earlier(
      secondsOf('LT_eventTime', given.get('LT_eventTime')),
      secondsOf('LT_recordTime', given.get('LT_recordTime')),
    ),
    item: wanted === undefined ? undefined : (itemOfEpc(wanted) ?? null),
    includesParent: anyEpc !== undefined,
    perPage: perPageOf(given.get('perPage')),
    cursors: readToken(given.get('nextPageToken')),
    matches: ({ type, action, bizStep, disposition }) =>
      isIn(types, type) && isIn(actions, action) && isIn(steps, bizStep) && isIn(dispositions, disposition),
  }
}

/** The token of the page that follows. */
export const makeToken = (cursors: Cursors): string =>
  [cursors.waste, cursors.supply].map((cursor) => (cursor === null ? '-' : (cursor ?? ''))).join('!')

const CURSOR = '(-?|[0-9]{10}(?:/[A-Za-z0-9._-]{1,64}){2}/[0-9]{6})'
const TOKEN = new RegExp(`^${CURSOR}!${CURSOR}$`)

function readToken(token: string | undefined): Cursors {
  if (token === undefined) return {}
  const match = TOKEN.exec(token) ?? refuse('nextPageToken', 'is not one that this node gave.')
  const read = (text: string) => (text === '-' ? null : text)
  const [waste, supply] = [match[1]!, match[2]!]
  return { ...(waste !== '' && { waste: read(waste) }), ...(supply !== '' && { supply: read(supply) }) }
}

/** The answer to a query. */
export const queryDocument = (events: readonly EpcisEvent[], seconds: number): object => ({
  '@context': [EPCIS_CONTEXT, { cbvmda: CBV_MDA, medseal: 'urn:medseal:term:' }],
  type: 'EPCISQueryDocument',
  schemaVersion: '2.0',
  creationDate: `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`,
  epcisBody: { queryResults: { queryName: 'SimpleEventQuery', resultsBody: { eventList: events } } },
})
