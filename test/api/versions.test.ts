/** What the door says of rules that are to come, and which reads it has before and after they hold. */
import { describe, expect, it } from 'vitest'
import { RELEASED } from '../../src/domain/index.ts'
import { TEST_VERSION, testVersionAfter } from '../ledger/support/test-version.mjs'
import { createTestClock, type World } from '../node/support/world.ts'
import { openDoor, problemOf } from './support/door.ts'

/** Lets the consortium decide that the tests' version holds from `height` on: five blocks. */
async function adopt(world: World, height: number): Promise<void> {
  const change = { rulesVersion: { version: TEST_VERSION, height } }
  await world.submit(world.sign('hospital', 'governance.propose', { proposalId: 'rules', change }))
  for (const member of ['hospital', 'insurer']) {
    await world.submit(world.sign(member, 'governance.signal-rules', { version: TEST_VERSION }))
  }
  for (const member of ['insurer', 'auditor']) {
    await world.submit(world.sign(member, 'governance.approve', { proposal: 'hospital:rules' }))
  }
}

describe('the door of a node that knows a later version', () => {
  it('has its reads from its height on, and those of both before', async () => {
    const door = await openDoor({ laterVersions: [testVersionAfter(RELEASED)] })
    const patient = 'hospital:patient'
    const subject = door.subject(patient)
    await door.submit(door.sign('hospital', 'identity.enrol-subject', { subject, patient }))
    const payload = {
      recordId: 'r1',
      subject,
      kind: 'Observation',
      contentHash: '00'.repeat(32),
      encounterAt: door.clock.now,
    }
    await door.submit(door.sign('hospital:dr-li', 'record.anchor', payload))
    const read = (name: string) => door.get(`/v1/record/${name}/hospital:r1`, patient)
    expect((await read('records')).statusCode).toBe(200)
    const early = await read('documents')
    expect([early.statusCode, problemOf(early).code]).toEqual([404, 'read.not-found'])
    await adopt(door, 8)
    expect((await read('documents')).json()).toEqual((await read('records')).json())
    // Both are reads of patient data.
    const logged = door.logLines.filter((line) => line.includes('patient data read'))
    expect(logged.filter((line) => line.includes('documents'))).toHaveLength(1)
    await door.node.close()
  })
})

describe('the door of a node that does not know a version', () => {
  it('warns of it and stays ready until its height', async () => {
    const clock = createTestClock()
    clock.speed = 10_000
    const door = await openDoor({ clock })
    const metric = async (name: string) => {
      const body = await door.figures()
      return Number(new RegExp(`^${name} (.*)$`, 'm').exec(body)?.[1])
    }
    expect((await door.get('/readyz')).json()).toEqual({ ready: true, reasons: [], warnings: [] })
    expect(await metric('medseal_rules_unknown_height')).toBe(0)
    await adopt(door, 7)
    const warnings = [`rules version ${TEST_VERSION} unknown: adopted, from height 7`]
    await expect
      .poll(async () => (await door.get('/readyz')).json())
      .toEqual({ ready: true, reasons: [], warnings })
    expect((await door.get('/readyz')).statusCode).toBe(200)
    expect(await metric('medseal_rules_version')).toBe(1)
    expect(await metric('medseal_rules_unknown_height')).toBe(7)
    const upcoming = [
      { version: TEST_VERSION, height: 7, state: 'adopted', known: false, ready: 2, nodes: 2 },
    ]
    expect((await door.get('/v1/info')).json()).toMatchObject({ rulesVersion: 1, rules: { upcoming } })

    const enrolment = { subject: door.subject('hospital:patient'), patient: 'hospital:patient' }
    await door.submit(door.sign('hospital', 'identity.enrol-subject', enrolment))
    const ready = await door.get('/readyz')
    expect([ready.statusCode, ready.json()]).toEqual([
      503,
      { ready: false, reasons: ['rules unknown'], warnings: [] },
    ])
    expect((await door.get('/v1/governance/settings', 'hospital')).json()).toMatchObject({
      rulesVersion: { value: TEST_VERSION },
    })
    await door.node.close()
  })
})
