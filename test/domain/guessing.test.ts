/** Nobody learns by a refusal that something exists which it may not see: names of things and of nothing are alike. */
import { describe, expect, it } from 'vitest'
import { registry } from '../../src/domain/index.ts'
import { triesOf } from '../support/tries.ts'
import { Guesses } from './support/guesses.ts'

interface Shape {
  readonly items?: Shape
  readonly properties?: { readonly [name: string]: Shape }
}

/** Where a name is accepted, and by what right; refused it must be told from nothing by nobody. */
const ACCEPTS: { readonly [field: string]: string } = {
  'access.notify record': 'A consent covers records of its kinds and case: these are the grantee’s to find.',
  'referral.create attachments': 'The consent for the referral covers what is attached.',
  'feedback.add-rows rows.submission': 'The research consent of the patient lets the platform take its rows.',
  'care.sign-pathway assessor':
    'Who is called to a part is told by who calls it; a wrong id must not be called.',
  'care.sign-pathway arbiter': 'The same.',
  'settlement.transfer to':
    'Who is paid gives its id; money to nobody would be lost. Only who pays learns it.',
  'identity.verify insured': 'Whom it insures social security knows itself.',
}

/** Where a guess tells something even if it is refused, and why it must or may. */
const TELLS: { readonly [field: string]: string } = {
  'identity.appoint-guardian guardian':
    'The guardian gives its id to the facility; a wrong id must not be called.',
  'settlement.issue to': 'Who gets what an issuer issues gives it its id.',
  'credential.purchase-verification verification': 'What is on offer is on offer to every member.',
  'identity.enrol-subject subject':
    'A subject is one; 32 bytes are not guessed, who has them was given them.',
  'identity.rotate-key publicKey':
    'A key is enrolled once; 32 bytes are not guessed, and a statement needs its secret.',
  'identity.recover publicKey': 'The same.',
  'governance.propose change.rekey.publicKey': 'The same.',
  'governance.propose change.node.logKey': 'The same.',
  'governance.propose change.admit.publicKey': 'The same.',
  'identity.recover actor': 'A member that made a subject of the patient, or attested who it is, knows it.',
  'identity.verify publicKey': 'Social security attests to whoever shows it a key.',
  'supply.recall lot': 'Lots are shown to every reader.',
  'supply.verify lot': 'Lots are shown to every reader, and printed on the pack whose code is given.',
}

const guesses = new Guesses()

it('excepts fields of payloads only', () => {
  for (const name of [...Object.keys(ACCEPTS), ...Object.keys(TELLS)]) {
    const [type = '', field = ''] = name.split(' ')
    let shape = registry.verb(type)?.payload as Shape | undefined
    for (const part of field.split('.')) shape = (shape?.items ?? shape)?.properties?.[part]
    expect(shape, name).toBeDefined()
  }
})

describe.each(registry.types())('%s', (type) => {
  it('answers a name that is there as it answers one of nothing', () => {
    const told = new Map<string, unknown>()
    for (const one of guesses.at(type, triesOf(0, 150))) {
      const name = `${type} ${one.field}`
      const isMeant = Object.hasOwn(TELLS, name) || (one.answers[0] === 'ok' && Object.hasOwn(ACCEPTS, name))
      if (!isMeant) told.set(`${one.field} ${one.answers}`, one)
    }
    expect([...told.values()]).toEqual([])
  })
})
