/** What each right guards, what it says and what it shows. */
import { describe, expect, it } from 'vitest'
import { registry } from '../../src/domain/index.ts'
import {
  actsFor,
  allOf,
  anyOf,
  authority,
  desk,
  deskOf,
  deskWith,
  everyone,
  hasRole,
  only,
  partyTo,
  type Right,
  type RightShape,
  self,
  showRight,
  staff,
  staffOf,
  staffOfEach,
  staffOfFacility,
  staffOfFound,
} from '../../src/domain/rights.ts'
import { MEMBER } from '../../src/domain/roles.ts'
import { busyWorld } from './support/busy-world.ts'
import { hashOf } from './support/keys.ts'
import type { World } from './support/world.ts'

const { world } = busyWorld()
const ann = hashOf('ann at H1')

/** Whether a right holds for a reader of the world. */
function holds<Facts>(right: Right<Facts>, reader: string, facts: Facts, from: World = world): boolean {
  const context = { reader: from.actor(reader), port: from.port.bind(from), query: {} }
  return right.holds(context as never, facts)
}

const isOpen = (_: unknown, { state }: { readonly state: string }) => state === 'OPEN'

describe.each<readonly [name: string, right: Right<never>, facts: object, may: string[], mayNot: string[]]>([
  ['everyone', everyone, {}, ['H1:ann', 'H1:scale', 'INS'], []],
  ['staff', staff, {}, ['H1', 'H1:doc', 'CO:boss'], ['H1:ann', 'H1:scale']],
  ['desk', desk, {}, ['H1', 'H1:desk'], ['H1:doc', 'H1:ann']],
  ['actsFor', actsFor('subject'), { subject: ann }, ['H1:ann'], ['H1:bob', 'H1:doc', 'H1']],
  ['staffOfFacility', staffOfFacility('subject'), { subject: ann }, ['H1', 'H1:doc'], ['H1:ann', 'H2:doc']],
  ['staffOfFacility of none', staffOfFacility('subject'), { subject: hashOf('nobody') }, [], ['H1', 'H2']],
  ['staffOf', staffOf('payer'), { payer: 'INS' }, ['INS'], ['H1', 'SS']],
  ['staffOfFound', staffOfFound('supervisor', ({ of }: { of?: string }) => of), { of: 'HC' }, ['HC'], ['H1']],
  ['staffOfFound, absent', staffOfFound('supervisor', ({ of }: { of?: string }) => of), {}, [], ['HC', 'H1']],
  ['staffOfEach', staffOfEach('members'), { members: ['H1', 'H2'] }, ['H1:doc', 'H2'], ['H1:ann', 'INS']],
  ['deskOf', deskOf('account'), { account: 'H1' }, ['H1', 'H1:desk'], ['H1:doc', 'H2']],
  ['self', self('owner'), { owner: 'H1:ann' }, ['H1:ann'], ['H1', 'H1:bob']],
  ['partyTo a person', partyTo('grantee'), { grantee: 'H2:doc' }, ['H2:doc'], ['H2', 'H1:doc']],
  ['partyTo a member', partyTo('grantee'), { grantee: 'H2' }, ['H2', 'H2:doc'], ['H2:ann', 'H1']],
  ['authority', authority('health-commission', 'insurer'), {}, ['HC', 'INS'], ['H1', 'CO:boss']],
  ['deskWith', deskWith('hospital'), {}, ['H1', 'H1:desk'], ['H1:doc', 'INS']],
  ['hasRole', hasRole('doctor', MEMBER), {}, ['H1:doc', 'INS'], ['H1:ann', 'H1:desk']],
  ['only', only('while it is open', isOpen), { state: 'OPEN' }, ['H1:ann'], []],
  ['only, not', only('while it is open', isOpen), { state: 'OVER' }, [], ['H1:ann']],
  [
    'anyOf',
    anyOf(self('owner'), staffOf('payer')),
    { owner: 'H1:ann', payer: 'INS' },
    ['H1:ann', 'INS'],
    ['H1'],
  ],
  [
    'allOf',
    allOf(staffOf('payer'), hasRole('doctor')),
    { payer: 'H1' },
    ['H1:doc'],
    ['H1', 'H2:doc', 'H1:ann'],
  ],
])('the right %s', (_, right, facts, may, mayNot) => {
  it('holds for those it names, and for nobody else', () => {
    for (const reader of may) expect(holds(right, reader, facts as never), reader).toBe(true)
    for (const reader of mayNot) expect(holds(right, reader, facts as never), reader).toBe(false)
  })

  it('says itself, and is data', () => {
    expect(right.words).toMatch(/^[^A-Z.][^.]*$/)
    expect(JSON.parse(JSON.stringify(right.shape))).toEqual(right.shape)
  })
})

describe('the words of rights', () => {
  it.each<readonly [right: Right<never>, words: string]>([
    [everyone, 'Any enrolled reader.'],
    [actsFor('subject'), 'Those who act for the subject.'],
    [anyOf(actsFor('subject'), staffOf('facility')), 'Those who act for the subject; staff of the facility.'],
    [staffOf('keeper', 'member that keeps it'), 'Staff of the member that keeps it.'],
    [partyTo('grantee'), 'The grantee or its staff.'],
    [
      authority('exam-institution', 'hospital', 'social-security'),
      'Staff of an exam-institution, a hospital or social-security.',
    ],
    [hasRole('pharmacist', MEMBER), "A pharmacist or a member's own key."],
    [
      allOf(anyOf(self('owner'), staffOf('payer')), only('while it is open', isOpen)),
      'The owner or staff of the payer, while it is open.',
    ],
  ])('of %# are plain', (right, words) => {
    expect(showRight(right).words).toBe(words)
  })

  it('tell of each item of a list too', () => {
    expect(showRight(everyone, staffOf('owner'))).toEqual({
      words: 'Any enrolled reader. Each item: staff of the owner.',
      shape: { kind: 'everyone' },
      each: { kind: 'staffOf', of: 'owner' },
    })
  })
})

/** Kinds that a right is made of, all the way down. */
const kindsOf = (shape: RightShape): readonly string[] =>
  'rights' in shape ? [shape.kind, ...shape.rights.flatMap(kindsOf)] : [shape.kind]

describe('every read', () => {
  it.each(
    registry
      .reads()

      .map(({ module, read }) => [`${module} ${read.path}`, read] as const),
  )('%s says who may see it', (_, { rights, summary }) => {
    expect(rights?.words).toMatch(/^[A-Z].*\.$/)
    expect(kindsOf(rights!.shape).length).toBeGreaterThan(0)
    expect(summary).toMatch(/\.$/)
  })
})
