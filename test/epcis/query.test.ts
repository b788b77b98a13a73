/** Queries in the form of EPCIS 2.0: what is understood, what is refused, and pages that leave nothing out. */
import { describe, expect, it } from 'vitest'
import { LedgerError } from '../../src/base/index.ts'
import {
  type EpcisEvent,
  makeToken,
  parseQuery,
  type ReadEvents,
  readEventPage,
} from '../../src/epcis/index.ts'
import { eventfulSupply, eventfulWaste } from './support/worlds.ts'

const query = (text: string) => parseQuery(new URLSearchParams(text))

function faultOf(text: string): LedgerError {
  try {
    query(text)
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  throw new Error(`${text} was not refused`)
}

describe('a query', () => {
  it.each([
    ['foo=1', '/foo'],
    ['eventType=Event', '/eventType'],
    ['eventType=ObjectEvent&eventType=AggregationEvent', '/eventType'],
    ['EQ_action=MOVE', '/EQ_action'],
    ['EQ_bizStep=', '/EQ_bizStep'],
    ['GE_eventTime=2024-01-01', '/GE_eventTime'],
    ['LT_eventTime=2024-13-01T00:00:00Z', '/LT_eventTime'],
    ['perPage=0', '/perPage'],
    ['perPage=1001', '/perPage'],
    ['perPage=010', '/perPage'],
    ['nextPageToken=abc', '/nextPageToken'],
    ['MATCH_epc=urn:a:b|urn:c:d', '/MATCH_epc'],
    ['MATCH_epc=urn:a:b&MATCH_anyEPC=urn:a:b', '/MATCH_anyEPC'],
  ])('%s is refused by its name', (text, field) => {
    const fault = faultOf(text)
    expect([fault.code, fault.details?.field]).toEqual(['form.request', field])
  })

  it('takes times with any offset, to the whole second that lies within', () => {
    const { from, to } = query(
      'GE_eventTime=2024-01-01T08:00:00%2B08:00&LT_recordTime=2024-01-01T00:00:01.5Z',
    )
    expect([from, to]).toEqual([1_704_067_200, 1_704_067_202])
  })
})

const waste = eventfulWaste()
const supply = eventfulSupply()
/** One reader over both: the bureau of the one, the regulator of the other. */
const read =
  (readers: { waste?: string; supply?: string } = { waste: 'BUREAU', supply: 'FDA' }): ReadEvents =>
  async (module, given) => {
    const reader = readers[module]
    if (reader === undefined) return undefined
    const world = module === 'waste' ? waste : supply
    return world.read(reader, module, '/events', given as never) as unknown as Awaited<ReturnType<ReadEvents>>
  }

/** All pages of a query. */
async function all(text: string, reading = read()): Promise<{ events: EpcisEvent[]; pages: number }> {
  const events: EpcisEvent[] = []
  let token: string | undefined
  for (let pages = 1; ; pages++) {
    const search = new URLSearchParams(text)
    if (token !== undefined) search.set('nextPageToken', token)
    const page = await readEventPage(parseQuery(search), reading)
    events.push(...page.events)
    if (page.next === undefined) return { events, pages }
    token = makeToken(page.next)
  }
}

describe('events', () => {
  it('come in order of time, each once, whatever the size of a page', async () => {
    const { events } = await all('perPage=1000')
    expect(events.length).toBeGreaterThan(35)
    expect(new Set(events.map(({ eventID }) => eventID)).size).toBe(events.length)
    const times = events.map(({ eventTime }) => eventTime)
    expect(times).toEqual([...times].sort())
    for (const perPage of [1, 3, 7]) {
      const paged = await all(`perPage=${perPage}`)
      expect(paged.events).toEqual(events)
    }
  })

  it('are chosen by type, action, step, disposition and time', async () => {
    const { events } = await all('perPage=1000')
    for (const [text, keep] of [
      ['eventType=AggregationEvent', (event: EpcisEvent) => event.type === 'AggregationEvent'],
      ['EQ_action=ADD|DELETE', (event: EpcisEvent) => event.action !== 'OBSERVE'],
      ['EQ_bizStep=shipping|receiving', (e: EpcisEvent) => ['shipping', 'receiving'].includes(e.bizStep)],
      [
        'EQ_bizStep=https://ns.gs1.org/cbv/BizStep-dispensing',
        (event: EpcisEvent) => event.bizStep === 'dispensing',
      ],
      ['EQ_disposition=recalled', (event: EpcisEvent) => event.disposition === 'recalled'],
      [
        `GE_eventTime=${events[9]!.eventTime}&LT_eventTime=${events[20]!.eventTime}`,
        ({ eventTime }: EpcisEvent) => eventTime >= events[9]!.eventTime && eventTime < events[20]!.eventTime,
      ],
    ] as const) {
      const expected = events.filter(keep)
      expect(expected.length, text).toBeGreaterThan(0)
      expect((await all(`${text}&perPage=4`)).events, text).toEqual(expected)
    }
  })

  it('are found by what they are about', async () => {
    const epc = encodeURIComponent('https://id.gs1.org/01/06901234567892/21/1')
    const steps = async (text: string) => (await all(text)).events.map(({ bizStep }) => bizStep)
    const chain = ['dispensing', 'dispensing', 'unpacking', 'packing', 'commissioning']
    expect(await steps(`MATCH_epc=${epc}`)).toEqual(chain)
    expect(await steps(`MATCH_epc=${epc}&perPage=2`)).toEqual(chain)
    const box = encodeURIComponent('urn:medseal:waste:H:box')
    expect(await steps(`MATCH_anyEPC=${box}`)).toContain('packing')
    expect(await steps(`MATCH_epc=${box}`)).not.toContain('packing')
    expect(await steps('MATCH_epc=urn:example:thing')).toEqual([])
    expect(await steps('MATCH_epc=https://id.gs1.org/01/06901234567892/21/999')).toEqual([])
  })

  it('are those of the reader', async () => {
    expect((await all('', read({}))).events).toEqual([])
    const { events } = await all('', read({ supply: 'SHOP' }))
    expect(events.length).toBeGreaterThan(5)
    expect(events.map(({ bizStep }) => bizStep)).not.toContain('commissioning')
  })
})
