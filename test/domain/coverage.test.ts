/**
 * Every verb that the design demands of a workflow is there, whole: a schema with a summary, a test that runs its rule, a page that
 * names it, and something to ask its module. The list below is the design's; a module may have more.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CODES } from '../../src/base/index.ts'
import { registry } from '../../src/domain/index.ts'

const VERBS: { readonly [module: string]: string } = {
  identity:
    'enrol enrol-subject link rotate-key revoke-key suspend restore verify appoint-guardian release-guardian recover',
  governance: 'propose approve withdraw',
  record: 'anchor amend import erase report',
  consent: 'grant revoke',
  access: 'request approve refuse notify open break-glass',
  referral: 'create accept decline complete cancel',
  prescription: 'issue review route dispense extend cancel',
  claim: 'check-eligibility preauthorise submit acknowledge pend adjudicate deny appeal remit close',
  care: 'open-episode log-step close-episode sign-pathway attest-step release refund',
  certificate: 'record-exam issue suspend revoke renew employ release register-business inspect',
  credential: 'issue renew suspend restore lapse attest list-verification purchase-verification',
  feedback: 'join submit review publish-dataset license settle',
  waste: 'seal pack offer accept store open-manifest ship receive destroy resolve',
  supply: 'commission pack unpack ship receive dispense return recall quarantine decommission verify',
  aid: 'join exit file-claim investigate decide object jury-vote publish share pay terminate',
  settlement: 'issue retire transfer',
}

const tests = join(import.meta.dirname)
const pages = join(import.meta.dirname, '../../docs/domain')
const rules = join(import.meta.dirname, '../../src/domain')
/** Modules whose refusals the custody engine makes. */
const CUSTODY = ['waste', 'supply']

/** The text of every test below `folder`; empty where there is none. */
function textsIn(folder: string): string {
  if (!existsSync(folder)) return ''
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}

const allTests = textsIn(tests)

describe.each(Object.entries(VERBS))('%s', (name, list) => {
  const module = registry.modules.find((candidate) => candidate.name === name)
  const verbs = list.split(' ')

  it('is a module of the rules, with reads', () => {
    expect(module?.name, `the module ${name} is missing`).toBe(name)
    expect(module!.reads.length).toBeGreaterThan(0)
  })

  it('has every verb, each with a schema and a summary', () => {
    const missing = verbs.filter((verb) => module?.verbs[verb] === undefined)
    expect(missing, `verbs that ${name} lacks`).toEqual([])
    for (const verb of verbs) {
      const { payload, summary } = module!.verbs[verb]!
      expect(payload, verb).toMatchObject({ type: 'object', additionalProperties: false })
      expect(summary, verb).toMatch(/^[A-Z].*\.$/)
    }
  })

  it('has a test that names each verb', () => {
    const text = textsIn(join(tests, name))
    // As a whole type, or by its name where a helper of the test makes the type of it.
    const isNamed = (verb: string) =>
      text.includes(`${name}.${verb}`) || new RegExp(`['"\`]${verb}['"\`]`).test(text)
    expect(
      verbs.filter((verb) => !isNamed(verb)),
      `verbs of ${name} that no test of its names`,
    ).toEqual([])
  })

  it('has a test that expects each of its refusals', () => {
    // The licence of a doctor is certificate's refusal, and credential's to test: so any test of the rules counts.
    const codes = Object.keys(CODES).filter((code) => code.startsWith(`${name}.`))
    expect(codes.length).toBeGreaterThan(0)
    expect(codes.filter((code) => !allTests.includes(`'${code}'`))).toEqual([])
  })

  it('is refused only by codes that a rule of its names, and names no other', () => {
    const text = textsIn(join(rules, name))
    const codes = Object.keys(CODES).filter((code) => code.startsWith(`${name}.`))
    const engine = textsIn(join(rules, 'custody'))
    const isNamed = (code: string) =>
      text.includes(`'${code}'`) || (CUSTODY.includes(name) && engine.includes(`'${code.split('.')[1]}'`))
    expect(codes.filter((code) => !isNamed(code))).toEqual([])
  })

  it('has a page that names each verb', () => {
    const path = join(pages, `${name}.md`)
    expect(existsSync(path), `docs/domain/${name}.md is missing`).toBe(true)
    const page = readFileSync(path, 'utf8')
    const isNamed = (verb: string) => page.includes(`\`${name}.${verb}`)
    expect(
      verbs.filter((verb) => !isNamed(verb)),
      `verbs that the page of ${name} does not name`,
    ).toEqual([])
  })
})

it('knows no module beyond those of the design', () => {
  expect(registry.modules.map(({ name }) => name).filter((name) => !Object.hasOwn(VERBS, name))).toEqual([])
})
