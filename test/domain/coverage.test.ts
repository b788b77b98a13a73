/**
 * Every verb that the design demands of a workflow is there, whole: a schema with a summary, a test that has it
 * accepted, a page that names it, and something to ask its module. The list below is the design's; a module may have
 * more.
 */
import { existsSync, readFileSync } from 'node:fs'
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

const pages = join(import.meta.dirname, '../../docs/domain')

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

it('demands every verb accepted and every code refused, once all files of rules have run', ({ task }) => {
  const accepted = registry.types()
  const modules = registry.modules.map(({ name }) => name)
  const refused = Object.keys(CODES).filter((code) => modules.includes(code.split('.')[0]!))
  expect(accepted.length).toBeGreaterThan(90)
  expect(refused.length).toBeGreaterThan(300)
  // What was seen is known at the end of the run: support/rule-coverage.ts.
  Object.assign(task.meta, { demanded: { accepted, refused } })
})
