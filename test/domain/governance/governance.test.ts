import { beforeEach, describe, expect, it } from 'vitest'
import { createRegistry, rulesVersionAt } from '../../../src/domain/index.ts'
import { keyOf, statementOf } from '../support/keys.ts'
import { actorOf, enrolment, memberOf, World } from '../support/world.ts'

let world: World

const nodeOf = (id: string) => ({
  logKey: keyOf(`${id} log`).publicKey,
  cosignerKey: keyOf(`${id} cosigner`).publicKey,
})

beforeEach(() => {
  world = new World({
    members: [
      { ...memberOf('A', 'hospital'), ...nodeOf('A') },
      { ...memberOf('B', 'hospital'), ...nodeOf('B') },
      memberOf('C', 'insurer'),
      memberOf('D', 'insurer'),
    ],
    actors: [actorOf('A:doc', 'doctor'), actorOf('C:desk', 'employee')],
    quorum: 2,
  })
})

const signal = (version: number, members = ['A', 'B']) => {
  for (const member of members) world.must(member, 'governance.signal-rules', { version })
}
const nodeChange = (member: string) => ({ node: { member, ...nodeOf(member) } })

let count = 0
/** Proposes by A and lets `approvers` approve; the outcome of the last transaction. */
function decide(change: unknown, approvers = ['B', 'C']): string {
  const proposalId = `p${++count}`
  const outcomes = [world.run('A', 'governance.propose', { proposalId, change })]
  for (const approver of approvers) {
    if (outcomes.at(-1) !== 'ok') break
    outcomes.push(world.run(approver, 'governance.approve', { proposal: `A:${proposalId}` }))
  }
  return outcomes.at(-1)!
}
const admission = (
  member: string,
  founding = false,
  key = keyOf(member),
  oldKey?: ReturnType<typeof keyOf>,
) => ({
  admit: {
    member,
    roles: ['pharmacy'],
    publicKey: key.publicKey,
    statement: statementOf(member, key, oldKey),
    founding,
  },
})
const stateOf = (ref: string) => world.read('D', 'governance', '/proposals/:ref', { ref })

describe('deciding', () => {
  it('needs more than two thirds of the founding members, the proposer among them', () => {
    world.must('A', 'governance.propose', { proposalId: 'p', change: { suspend: { member: 'D' } } })
    world.must('B', 'governance.approve', { proposal: 'A:p' })
    expect(stateOf('A:p')).toMatchObject({ state: 'open' })
    world.must('C', 'governance.approve', { proposal: 'A:p' })
    expect(stateOf('A:p')).toMatchObject({ state: 'adopted', adoptedHeight: 1 })
    const approvals = world.list('D', 'governance', '/proposals/:ref/approvals', { ref: 'A:p' })
    expect(approvals).toMatchObject([{ member: 'A' }, { member: 'B' }, { member: 'C' }])
  })

  it('counts each member once, founding and active ones only', () => {
    world.must('A', 'governance.propose', { proposalId: 'p', change: { suspend: { member: 'D' } } })
    expect(world.run('A', 'governance.approve', { proposal: 'A:p' })).toBe('governance.approved')
    expect(decide(admission('E'))).toBe('ok')
    world.pass(1)
    expect(world.run('E', 'governance.approve', { proposal: 'A:p' })).toBe('governance.not-founding')
    expect(world.run('E', 'governance.propose', { proposalId: 'p', change: { quorum: { quorum: 1 } } })).toBe(
      'ok',
    )
    for (const member of ['A', 'B']) world.must(member, 'governance.approve', { proposal: 'E:p' })
    expect(stateOf('E:p')).toMatchObject({ state: 'open' })
    world.must('C', 'governance.approve', { proposal: 'E:p' })
    expect(stateOf('E:p')).toMatchObject({ state: 'adopted' })
  })

  it('is for the keys of members', () => {
    const payload = { proposalId: 'p', change: { quorum: { quorum: 1 } } }
    for (const signer of ['A:doc', 'C:desk']) {
      expect(world.run(signer, 'governance.propose', payload), signer).toBe('governance.role')
    }
    world.must('A', 'governance.propose', payload)
    expect(world.run('C:desk', 'governance.approve', { proposal: 'A:p' })).toBe('governance.role')
    expect(world.run('C:desk', 'governance.withdraw', { proposalId: 'p' })).toBe('governance.role')
  })

  it('ends with withdrawal, adoption or time', () => {
    const payload = { proposalId: 'p', change: { quorum: { quorum: 1 } } }
    world.must('A', 'governance.propose', payload)
    expect(world.run('A', 'governance.propose', payload)).toBe('governance.proposal-exists')
    expect(world.run('B', 'governance.withdraw', { proposalId: 'p' })).toBe('governance.proposal-unknown')
    expect(world.run('A', 'governance.withdraw', { proposalId: 'p' })).toBe('ok')
    expect(world.run('B', 'governance.approve', { proposal: 'A:p' })).toBe('governance.proposal-closed')
    expect(world.run('A', 'governance.withdraw', { proposalId: 'p' })).toBe('governance.proposal-closed')
    expect(world.run('B', 'governance.approve', { proposal: 'A:q' })).toBe('governance.proposal-unknown')

    world.must('A', 'governance.propose', { ...payload, proposalId: 'slow' })
    world.pass(2_592_000)
    expect(world.run('B', 'governance.approve', { proposal: 'A:slow' })).toBe('ok')
    world.pass(1)
    expect(world.run('C', 'governance.approve', { proposal: 'A:slow' })).toBe('governance.proposal-closed')
    expect(stateOf('A:slow')).toMatchObject({ state: 'expired' })
  })

  it('checks a change again when it is adopted', () => {
    world.must('A', 'governance.propose', { proposalId: 'one', change: admission('E') })
    world.must('A', 'governance.propose', { proposalId: 'two', change: admission('E') })
    for (const member of ['B', 'C']) world.must(member, 'governance.approve', { proposal: 'A:one' })
    world.must('B', 'governance.approve', { proposal: 'A:two' })
    expect(world.run('C', 'governance.approve', { proposal: 'A:two' })).toBe('governance.member-status')
  })
})

describe('members', () => {
  it('are admitted from the next block on', () => {
    expect(decide(admission('E', true))).toBe('ok')
    expect(world.isActive('E')).toBe(false)
    expect(world.read('A', 'identity', '/members/:member', { member: 'E' })).toMatchObject({
      status: 'admitted',
    })
    world.pass(1)
    expect(world.isActive('E')).toBe(true)
    expect(world.run('E', 'identity.enrol', enrolment('E:ph', 'pharmacist'))).toBe('ok')
    expect(world.list('A', 'governance', '/founders')).toHaveLength(5)
  })

  it('have a public name, from their admission or by renaming', () => {
    const { admit } = admission('E')
    expect(decide({ admit: { ...admit, displayName: 'Corner Pharmacy' } })).toBe('ok')
    world.pass(1)
    const nameOf = (member: string) =>
      (world.read('A:doc', 'identity', '/members/:member', { member }) as { displayName?: string })
        .displayName
    expect(nameOf('E')).toBe('Corner Pharmacy')
    expect(nameOf('B')).toBeUndefined()
    expect(decide({ rename: { member: 'B', displayName: '河滨医院' } })).toBe('ok')
    expect(nameOf('B')).toBe('河滨医院')
    expect(world.port('identity.member')('B')).toMatchObject({ displayName: '河滨医院', roles: ['hospital'] })
    expect(decide({ rename: { member: 'X', displayName: 'Nobody' } })).toBe('governance.member-unknown')
    expect(decide({ expel: { member: 'E' } })).toBe('ok')
    expect(decide({ rename: { member: 'E', displayName: 'Gone' } })).toBe('governance.member-status')
  })

  it.each(['', ' B', 'B ', 'B\u202eC', 'B\u200bC', 'B\u0000', 'Ho\u0302pital', 'B'.repeat(101)])(
    'are not named %j',
    (displayName) => {
      const at = 'form.payload /payload/change'
      expect(decide({ rename: { member: 'B', displayName } })).toBe(`${at}/rename/displayName`)
      const { admit } = admission('E')
      expect(decide({ admit: { ...admit, displayName } })).toBe(`${at}/admit/displayName`)
    },
  )

  it('are refused where the key is not theirs or used, or the id is taken', () => {
    const forged = { admit: { ...admission('E').admit, statement: statementOf('F', keyOf('E')) } }
    expect(decide(forged)).toBe('identity.statement-invalid')
    expect(decide(admission('E', false, keyOf('A:doc')))).toBe('identity.key-used')
    expect(decide(admission('B', false, keyOf('E'), keyOf('B')))).toBe('governance.member-status')
  })

  it('are suspended and restored at block boundaries, with everyone they enrolled', () => {
    expect(decide({ suspend: { member: 'C' } }, ['B', 'D'])).toBe('ok')
    expect(world.isActive('C:desk')).toBe(true)
    world.pass(1)
    expect(world.isActive('C:desk')).toBe(false)
    expect(world.isActive('C')).toBe(false)
    expect(decide({ suspend: { member: 'C' } }, [])).toBe('governance.member-status')
    expect(decide({ restore: { member: 'C' } }, ['B', 'D'])).toBe('ok')
    expect(world.isActive('C:desk')).toBe(false)
    world.pass(1)
    expect(world.isActive('C:desk')).toBe(true)
    expect(decide({ restore: { member: 'C' } }, [])).toBe('governance.member-status')
    expect(decide({ restore: { member: 'Z' } }, [])).toBe('governance.member-unknown')
  })

  it('are expelled, and may come back under another key', () => {
    expect(decide({ expel: { member: 'D' } })).toBe('ok')
    world.pass(1)
    expect(world.isActive('D')).toBe(false)
    expect(decide({ restore: { member: 'D' } }, [])).toBe('governance.member-status')
    expect(decide(admission('D', false, keyOf('D2'), keyOf('D')))).toBe('ok')
    world.pass(1)
    expect(world.isActive('D2')).toBe(true)
    expect(world.isActive('D')).toBe(false)
    expect(world.run('D2', 'governance.approve', { proposal: 'A:p1' })).toBe('governance.not-founding')
  })

  it('get a new key when theirs is lost', () => {
    const key = keyOf('C2')
    const rekey = { member: 'C', publicKey: key.publicKey, statement: statementOf('C', key, keyOf('C')) }
    expect(decide({ rekey: { ...rekey, statement: statementOf('C', key) } }, [])).toBe(
      'identity.statement-invalid',
    )
    expect(decide({ rekey }, ['B', 'D'])).toBe('ok')
    expect(world.isActive('C')).toBe(false)
    expect(world.actor('C2')).toMatchObject({ actor: 'C', role: 'member' })
    expect(world.isActive('C2')).toBe(true)
  })

  it('hold no more seats than the parameter allows', () => {
    const crowd = Array.from({ length: 256 }, (_, i) => memberOf(`M${i}`, 'hospital'))
    const full = new World({
      members: crowd.map((member) => ({ ...member, ...nodeOf(member.id) })),
      parameters: { 'governance.seatsMax': 256 },
    })
    const propose = (change: unknown) => full.run('M0', 'governance.propose', { proposalId: 'p', change })
    expect(propose(admission('E', true))).toBe('governance.seats-full')
    expect(propose(admission('E'))).toBe('ok')
  })

  it('never leave the consortium without a founder', () => {
    const lone = new World({ members: [{ ...memberOf('A', 'hospital'), ...nodeOf('A') }] })
    const expel = { proposalId: 'p', change: { expel: { member: 'A' } } }
    expect(lone.run('A', 'governance.propose', expel)).toBe('governance.founders-needed')
    const quorum = { proposalId: 'p', change: { quorum: { quorum: 1 } } }
    expect(lone.run('A', 'governance.propose', quorum)).toBe('ok')
  })
})

describe('nodes and quorum', () => {
  it('change at block boundaries', () => {
    expect(decide({ node: { member: 'C', ...nodeOf('C') } })).toBe('ok')
    expect(
      world
        .port('governance.trust')()
        .nodes.map(({ member }) => member),
    ).toEqual(['A', 'B'])
    expect(decide({ quorum: { quorum: 3 } })).toBe('ok')
    expect(world.port('governance.trust')().quorum).toBe(2)
    expect(world.read('A', 'governance', '/settings')).toMatchObject({
      quorum: { value: 2, next: { value: 3, fromHeight: 2 } },
    })
    world.pass(1)
    expect(world.port('governance.trust')()).toEqual({
      quorum: 3,
      nodes: ['A', 'B', 'C'].map((member) => ({ member, ...nodeOf(member) })),
    })
    expect(world.read('A', 'governance', '/settings')).toMatchObject({ quorum: { value: 3 } })
  })

  it('never ask for more cosigners than there are', () => {
    expect(decide({ quorum: { quorum: 3 } }, [])).toBe('governance.quorum-unreachable')
    expect(decide({ retireNode: { member: 'B' } }, [])).toBe('governance.quorum-unreachable')
    expect(decide({ suspend: { member: 'B' } }, [])).toBe('governance.quorum-unreachable')
    expect(decide({ retireNode: { member: 'C' } }, [])).toBe('governance.node-unknown')
    expect(decide({ quorum: { quorum: 1 } })).toBe('ok')
    expect(decide({ retireNode: { member: 'B' } })).toBe('ok')
    expect(decide({ expel: { member: 'A' } }, [])).toBe('governance.quorum-unreachable')
    world.pass(1)
    expect(world.read('C', 'governance', '/nodes')).toEqual({
      nodes: [{ member: 'A', ...nodeOf('A'), active: true }],
    })
  })

  it('may vote under a third key that signed for just that, and do so while they are active', () => {
    const order = (member: string, key = keyOf(`${member} order`), name = `${member}/order`) => ({
      publicKey: key.publicKey,
      statement: statementOf(name, key),
    })
    const change = (more: object) => ({ node: { member: 'C', ...nodeOf('C'), ...more } })
    const voters = () => world.port('governance.voters')()
    expect(voters()).toEqual([])
    expect(decide(change({ order: order('C', keyOf('C log')) }), [])).toBe('governance.keys-equal')
    expect(decide(change({ order: order('C', keyOf('A')) }), [])).toBe('identity.key-used')
    // A statement for the member's own key, or for another member's node, is none for this.
    expect(decide(change({ order: order('C', keyOf('C order'), 'C') }), [])).toBe(
      'identity.statement-invalid',
    )
    expect(decide(change({ order: order('C', keyOf('C order'), 'D/order') }), [])).toBe(
      'identity.statement-invalid',
    )
    expect(decide(change({ order: order('C') }))).toBe('ok')
    expect(voters()).toEqual([])
    world.pass(1)
    expect(voters()).toEqual([{ member: 'C', orderKey: keyOf('C order').publicKey }])
    expect(world.read('A', 'governance', '/nodes')).toMatchObject({
      nodes: [{ member: 'A' }, { member: 'B' }, { member: 'C', orderKey: keyOf('C order').publicKey }],
    })
    expect(world.run('A', 'identity.enrol', enrolment('A:x', 'nurse', keyOf('C order')))).toBe(
      'identity.key-used',
    )
    expect(decide({ suspend: { member: 'C' } }, ['B', 'D'])).toBe('ok')
    world.pass(1)
    expect(voters()).toEqual([])
    expect(decide({ restore: { member: 'C' } }, ['B', 'D'])).toBe('ok')
    world.pass(1)
    expect(voters()).toHaveLength(1)
    expect(decide({ retireNode: { member: 'C' } })).toBe('ok')
    world.pass(1)
    expect(voters()).toEqual([])
  })

  it('take no key that has another job', () => {
    const { logKey } = nodeOf('C')
    expect(decide({ node: { member: 'C', logKey, cosignerKey: logKey } }, [])).toBe('governance.keys-equal')
    const used = { member: 'C', logKey, cosignerKey: keyOf('A:doc').publicKey }
    expect(decide({ node: used }, [])).toBe('identity.key-used')
    expect(decide({ node: { member: 'C', ...nodeOf('A') } }, [])).toBe('identity.key-used')
    expect(decide({ node: { member: 'C', ...nodeOf('C') } })).toBe('ok')
    expect(world.run('A', 'identity.enrol', enrolment('A:x', 'nurse', keyOf('C log')))).toBe(
      'identity.key-used',
    )
  })
})

describe('parameters and rules version', () => {
  it('change within their bounds, at block boundaries', () => {
    const change = { parameter: { name: 'record.lateAfterSeconds', value: 60 } }
    expect(decide(change)).toBe('ok')
    const read = () =>
      world.read('C:desk', 'governance', '/parameters/:name', { name: 'record.lateAfterSeconds' })
    expect(read()).toMatchObject({ value: 604_800, next: { value: 60, fromHeight: 2 } })
    world.pass(1)
    expect(read()).toMatchObject({ value: 60, default: 604_800 })
    expect(world.read('C', 'governance', '/parameters')).toMatchObject({
      parameters: expect.arrayContaining([expect.objectContaining({ name: 'identity.linksMax', value: 32 })]),
    })
    expect(world.read('C', 'governance', '/parameters/:name', { name: 'constructor' })).toBeUndefined()
  })

  it('refuse what no module has, and what lies beyond the bounds', () => {
    const change = (name: string, value: number) => ({ parameter: { name, value } })
    expect(decide(change('record.nothing', 1), [])).toBe('governance.parameter-unknown')
    expect(decide(change('governance.approvalPermille', 500), [])).toBe('governance.parameter-range')
    expect(decide(change('governance.approvalPermille', 1_001), [])).toBe('governance.parameter-range')
  })

  it('activate a rules version at a height', () => {
    expect(decide({ rulesVersion: { version: 1, height: 9 } }, [])).toBe('governance.version')
    expect(decide({ rulesVersion: { version: 2, height: 1 } }, [])).toBe('governance.height')
    signal(2)
    expect(decide({ rulesVersion: { version: 2, height: 9 } })).toBe('ok')
    expect([1, 8, 9, 10].map((height) => rulesVersionAt(world.state, height))).toEqual([1, 1, 2, 2])
  })

  it('activate no rules version that a third of the nodes or more has not said it can execute', () => {
    const activate = (version = 2) => decide({ rulesVersion: { version, height: world.height + 8 } })
    expect(activate()).toBe('governance.rules-unready')
    signal(2, ['A'])
    expect(activate()).toBe('governance.rules-unready')
    signal(3, ['B'])
    expect(activate(3)).toBe('governance.rules-unready')
    expect(activate()).toBe('ok')
    world.pass(1)
    signal(1, ['B'])
    expect(activate()).toBe('governance.rules-unready')
  })

  it('counts the nodes of active members alone, two thirds being too few', () => {
    world.must('A', 'governance.propose', { proposalId: 'node', change: nodeChange('C') })
    for (const member of ['B', 'C']) world.must(member, 'governance.approve', { proposal: 'A:node' })
    world.pass(1)
    signal(2, ['A', 'B'])
    const activate = () => decide({ rulesVersion: { version: 2, height: 99 } })
    expect(activate()).toBe('governance.rules-unready')
    expect(decide({ suspend: { member: 'C' } }, ['B', 'D'])).toBe('ok')
    world.pass(1)
    expect(decide({ rulesVersion: { version: 2, height: 99 } }, ['B', 'D'])).toBe('ok')
  })

  it('is told by the key of a member with a node, of no version that is over', () => {
    const say = (signer: string, version = 2) => world.run(signer, 'governance.signal-rules', { version })
    expect(say('A:doc')).toBe('governance.role')
    expect(say('C')).toBe('governance.node-unknown')
    expect(say('A', 0)).toBe('form.payload /payload/version')
    signal(2)
    expect(world.list('C:desk', 'governance', '/rules-signals')).toEqual([
      { member: 'A', version: 2, at: world.time },
      { member: 'B', version: 2, at: world.time },
    ])
    expect(decide({ rulesVersion: { version: 2, height: 2 } })).toBe('ok')
    world.height = 2
    expect(say('A', 1)).toBe('governance.version')
  })

  it('takes back a rules version that is to come', () => {
    expect(decide({ rulesVersion: { version: 1, height: 5 } }, [])).toBe('governance.version')
    signal(2)
    expect(decide({ rulesVersion: { version: 2, height: 9 } })).toBe('ok')
    expect(decide({ rulesVersion: { version: 1, height: 5 } })).toBe('ok')
    expect([1, 5, 9, 10].map((height) => rulesVersionAt(world.state, height))).toEqual([1, 1, 1, 1])
    expect(world.port('governance.rules')()).toEqual({ version: 1, upcoming: [] })
    expect(decide({ rulesVersion: { version: 1, height: 6 } }, [])).toBe('governance.version')
  })

  it('tell of a rules version to come while it can still come, and of the one that was decided', () => {
    const rules = () => world.port('governance.rules')()
    const change = (version: number, height: number) => ({ rulesVersion: { version, height } })
    const propose = (proposalId: string, what: unknown) =>
      world.must('A', 'governance.propose', { proposalId, change: what })
    expect(rules()).toEqual({ version: 1, upcoming: [] })
    propose('quorum', { quorum: { quorum: 1 } })
    propose('far', change(2, 9))
    propose('near', change(3, 4))
    propose('taken-back', change(4, 9))
    const far = { version: 2, height: 9, state: 'proposed', proposal: 'A:far', ready: 0, nodes: 2 }
    const near = { version: 3, height: 4, state: 'proposed', proposal: 'A:near', ready: 0, nodes: 2 }
    expect(rules().upcoming).toMatchObject([far, near, { version: 4 }])
    world.must('A', 'governance.withdraw', { proposalId: 'taken-back' })
    expect(rules().upcoming).toEqual([far, near])
    signal(2)
    for (const approver of ['B', 'C']) world.must(approver, 'governance.approve', { proposal: 'A:far' })
    const adopted = { version: 2, height: 9, state: 'adopted', ready: 2, nodes: 2 }
    expect(rules()).toEqual({ version: 1, upcoming: [adopted, near] })
    world.height = 4
    expect(rules().upcoming).toEqual([adopted])
    propose('late', change(3, 20))
    world.height = 9
    expect(rules()).toEqual({ version: 2, upcoming: [{ ...near, height: 20, proposal: 'A:late' }] })
    world.time += 2_592_001
    expect(rules()).toEqual({ version: 2, upcoming: [] })
  })

  it('needs identity', () => {
    const governance = world.registry.modules.filter(({ name }) => name === 'governance')
    expect(() => createRegistry(governance)).toThrow(/governance finds the port identity.member/)
  })
})
