/**
 * From Claims to what a provider submits, from ExplanationsOfBenefit to what a payer decides; and where a file is
 * wrong.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { RECORD_KINDS } from '../../src/domain/index.ts'
import { explanationOfBenefitOf, planDecisions, planImport, readFhirFile } from '../../src/fhir/index.ts'
import { describeWith, NEEDS_SYNTHEA, SYNTHEA } from '../support/needs.ts'

const file = (value: unknown, name = 'a.json') => ({ name, bytes: utf8(JSON.stringify(value)) })

describe('claims', () => {
  const money = (value: unknown, currency: unknown = 'CNY') => ({ value, currency })
  const claim = (more: object = {}) => ({
    resourceType: 'Claim',
    id: 'k1',
    status: 'active',
    use: 'claim',
    patient: { reference: 'Patient/ann' },
    billablePeriod: { start: '2024-01-02T03:04:05Z' },
    insurance: [{ focal: true, coverage: { display: 'private' } }],
    diagnosis: [{ sequence: 1, diagnosisCodeableConcept: { text: 'broken leg' } }],
    item: [
      { sequence: 1, encounter: [{ reference: 'Encounter/e1' }], productOrService: { text: 'visit' } },
      { sequence: 3, net: money(140.52), productOrService: { text: 'scan' } },
    ],
    total: money(190.52),
    ...more,
  })
  const planned = (more: object = {}, rates = new Map<string, number>()) =>
    planImport(readFhirFile(file(claim(more))), {
      kinds: RECORD_KINDS,
      copies: new Map(),
      now: 1_704_164_645,
      grantees: new Map([['private', 'insurer-b']]),
      rates,
    })
  const linesOf = (more: object, rates?: Map<string, number>) => planned(more, rates).claims[0]?.lines

  it('bill lines to a payer, and stay records', () => {
    const { claims, records, unmapped } = planned()
    expect(claims).toEqual([
      {
        claimId: 'Claim-k1',
        patient: 'ann',
        payer: 'insurer-b',
        visit: 'Encounter-e1',
        visitAt: 1_704_164_645,
        lines: [
          { line: 'l1', billed: 5_000 },
          { line: 'l3', billed: 14_052 },
        ],
        details: {
          services: { l1: { text: 'visit' }, l3: { text: 'scan' } },
          diagnosis: claim().diagnosis,
        },
        place: 'a.json#',
      },
    ])
    expect([records.length, unmapped.length]).toEqual([1, 0])
  })

  it('lose nothing of their total', () => {
    const two = [{ sequence: 1 }, { sequence: 2 }, { sequence: 3, net: money(1) }]
    expect(linesOf({ item: two, total: money(3.5) })).toEqual([
      { line: 'l1', billed: 0 },
      { line: 'l2', billed: 0 },
      { line: 'l3', billed: 100 },
      { line: 'rest', billed: 250 },
    ])
    expect(linesOf({ item: [], total: money(3.5) })).toEqual([{ line: 'rest', billed: 350 }])
    expect(linesOf({ item: [two[2]], total: undefined })).toEqual([{ line: 'l3', billed: 100 }])
  })

  it('are converted at the rate given, exactly, halves up', () => {
    const inDollars = (value: number) => ({
      item: [{ sequence: 1, net: money(value, 'USD') }],
      total: money(value, 'USD'),
    })
    const rates = new Map([['USD', 725]])
    const billed = (value: number) => linesOf(inDollars(value), rates)?.[0]?.billed
    expect([billed(1), billed(0.1), billed(28.104000000000003), billed(123_456_789.01)]).toEqual([
      725, 73, 20_375, 89_506_172_032,
    ])
    expect(planned(inDollars(1)).unmapped).toMatchObject([
      { reason: 'is in USD, for which no rate was given' },
    ])
  })

  it.each<[string, object, RegExp]>([
    ['a draft', { status: 'draft' }, /is draft, not active/],
    ['a preauthorisation', { use: 'preauthorization' }, /not a claim/],
    ['to somebody unknown', { insurance: [{ coverage: { display: 'other' } }] }, /payer that is not known/],
    ['to nobody', { insurance: [] }, /payer that is not known/],
    ['without a date', { billablePeriod: {} }, /when the visit was/],
    ['without a currency', { item: [], total: { value: 1 } }, /without a currency/],
    ['without anything', { item: [], total: undefined }, /bills nothing/],
    ['of too much', { item: [], total: money(1e11) }, /more than a line may/],
    ['of an odd number', { item: [], total: money(1e-7) }, /too large or too small/],
    [
      'of too many lines',
      { item: Array.from({ length: 101 }, (_, i) => ({ sequence: i + 1, net: money(1) })), total: undefined },
      /more than 100 lines/,
    ],
  ])('%s are records only, with the reason', (_name, more, reason) => {
    const { claims, records, unmapped } = planned(more)
    expect([claims.length, records.length]).toEqual([0, 1])
    expect(unmapped).toMatchObject([{ kind: 'Claim (as a claim)', reason: expect.stringMatching(reason) }])
  })

  it.each<[object, string]>([
    [{ item: {} }, 'a.json#/item'],
    [{ item: [7] }, 'a.json#/item/0'],
    [{ item: [{}] }, 'a.json#/item/0/sequence'],
    [{ item: [{ sequence: 1.5 }] }, 'a.json#/item/0/sequence'],
    [{ item: [{ sequence: 1 }, { sequence: 1 }] }, 'a.json#/item/1/sequence'],
    [{ item: [{ sequence: 1, net: 5 }] }, 'a.json#/item/0/net'],
    [{ item: [{ sequence: 1, net: money('5') }] }, 'a.json#/item/0/net/value'],
    [{ item: [{ sequence: 1, net: money(-1) }] }, 'a.json#/item/0/net/value'],
    [{ item: [{ sequence: 1, net: money(1, 'yuan') }] }, 'a.json#/item/0/net/currency'],
    [{ total: money(100) }, 'a.json#/total'],
    [{ insurance: 7 }, 'a.json#/insurance'],
  ])('%j are refused with the place', (more, place) => {
    expect(() => planned(more)).toThrow(expect.objectContaining({ code: 'import.invalid' }))
    expect(() => planned(more)).toThrow(new RegExp(`^${place.replaceAll('/', '\\/')}: `))
  })
})

describe('explanations of benefit', () => {
  const amount = (code: string, value: unknown) => ({
    category: { coding: [{ code }] },
    amount: { value, currency: 'CNY' },
  })
  const explanation = (more: object = {}, adjudication: object[] = []) => ({
    resourceType: 'ExplanationOfBenefit',
    id: 'x1',
    status: 'active',
    use: 'claim',
    outcome: 'complete',
    patient: { reference: 'Patient/ann' },
    insurer: { display: 'private' },
    claim: { reference: 'Claim/k1' },
    item: [
      { sequence: 1 },
      {
        sequence: 2,
        adjudication: [amount('eligible', 9), amount('benefit', 7), amount('copay', 2), ...adjudication],
      },
    ],
    ...more,
  })
  const decide = (more: object = {}, adjudication: object[] = []) =>
    planDecisions(readFhirFile(file(explanation(more, adjudication))), 'insurer-b', {
      grantees: new Map([['private', 'insurer-b']]),
    })

  it('are decisions about a claim', () => {
    expect(decide().decisions).toEqual([
      {
        claimId: 'Claim-k1',
        lines: [{ line: 'l2', allowed: 900, paid: 700, patientShare: 200 }],
        place: 'a.json#',
      },
    ])
  })

  it('are read again as they were exported', () => {
    const answer = {
      ref: 'h:Claim-k1',
      provider: 'h',
      subject: 'ab'.repeat(32),
      payer: 'insurer-b',
      caseRef: 'c',
      visit: 'v',
      visitAt: 1_704_164_645,
      lines: [{ line: 'l1', billed: 1_001, allowed: 1_000, paid: 333, patientShare: 667 }],
      billed: 1_001,
      paid: 333,
      remitted: 0,
      state: 'ADJUDICATED',
      history: [{ verb: 'adjudicate', at: 1_704_164_645 }],
    }
    const exported = { ...explanationOfBenefitOf(answer), claim: { reference: 'Claim/k1' } }
    const { decisions } = planDecisions(readFhirFile(file(exported)), 'insurer-b', { grantees: new Map() })
    expect(decisions).toMatchObject([
      { lines: [{ line: 'l1', allowed: 1_000, paid: 333, patientShare: 667 }] },
    ])
  })

  it.each<[string, object, object[], RegExp]>([
    ['cancelled', { status: 'cancelled' }, [], /not active/],
    ['of a preauthorisation', { use: 'preauthorization' }, [], /not a claim/],
    ['not decided', { outcome: 'queued' }, [], /not complete/],
    ["another payer's", { insurer: { display: 'other' } }, [], /not this payer/],
    ['about nothing', { item: [{ sequence: 1 }] }, [], /decides about no item/],
    ['without a claim', { claim: undefined }, [], /does not name its claim/],
    ['by half', { item: [{ sequence: 1, adjudication: [amount('benefit', 1)] }] }, [], /not both/],
    ['that does not add up', {}, [amount('deductible', 1)], /do not add up/],
  ])('%s are listed with the reason', (_name, more, adjudication, reason) => {
    const { decisions, unmapped } = decide(more, adjudication)
    expect(decisions).toEqual([])
    expect(unmapped).toMatchObject([{ reason: expect.stringMatching(reason) }])
  })

  it('are taken once a claim, and refused where an amount is none', () => {
    const found = [...readFhirFile(file(explanation(), 'a')), ...readFhirFile(file(explanation(), 'b'))]
    const plan = planDecisions(found, 'insurer-b', { grantees: new Map([['private', 'insurer-b']]) })
    expect([plan.decisions.length, plan.unmapped.length]).toEqual([1, 1])
    expect(() => decide({}, [amount('copay', 'much')])).toThrow(
      /^a\.json#\/item\/1\/adjudication\/3\/amount\/value/,
    )
  })
})

describeWith([NEEDS_SYNTHEA], 'the Synthea bundles', () => {
  it('become claims and their decisions where payers and a rate are named', () => {
    const files = readdirSync(SYNTHEA).map((name) => ({ name, bytes: readFileSync(`${SYNTHEA}/${name}`) }))
    const resources = files.flatMap(readFhirFile)
    const grantees = new Map([
      ['private', 'insurer-b'],
      ['no_insurance', 'fund'],
    ])
    const rates = new Map([['USD', 700]])
    const { claims } = planImport(resources, {
      kinds: RECORD_KINDS,
      copies: new Map(),
      now: 1_704_164_645,
      grantees,
      rates,
    })
    expect(claims.length).toBe(90)
    const totals = new Map<string, number>()
    for (const { resource, kind } of resources) {
      if (kind === 'Claim')
        totals.set(`Claim-${resource['id']}`, (resource['total'] as { value: number }).value)
    }
    for (const { claimId, lines } of claims) {
      const billed = lines.reduce((sum, line) => sum + line.billed, 0)
      expect(Math.abs(billed - totals.get(claimId)! * 700), claimId).toBeLessThanOrEqual(lines.length)
    }
    const { decisions, unmapped } = planDecisions(resources, 'insurer-b', { grantees, rates })
    const byClaim = new Map(claims.map((claim) => [claim.claimId, claim]))
    for (const { claimId, lines } of decisions) {
      for (const { line, allowed, paid, patientShare } of lines) {
        const { billed } = byClaim.get(claimId)!.lines.find((claimed) => claimed.line === line)!
        expect(allowed).toBe(paid + patientShare)
        expect(allowed, `${claimId} ${line}`).toBeLessThanOrEqual(billed)
      }
    }
    expect(decisions.length + unmapped.length).toBe(1_150)
    expect(decisions.length).toBe(41)
    expect(planDecisions(resources, 'fund', { grantees, rates }).decisions.length).toBe(4)
  })
})
