/**
 * Governance against a plain model of it: who may decide, what holds from the next block on, and what is never left.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkProperty } from '../../support/property.ts'
import { keyOf } from '../support/keys.ts'
import { memberOf, World } from '../support/world.ts'

const MEMBERS = ['A', 'B', 'C', 'D', 'E']
/** A, B and C run nodes; two of them must cosign. */
const NODES = ['A', 'B', 'C']

type Change =
  | { readonly suspend: { readonly member: string } }
  | { readonly restore: { readonly member: string } }
  | { readonly retireNode: { readonly member: string } }
  | { readonly quorum: { readonly quorum: number } }
  | { readonly parameter: { readonly name: 'record.cellCountMin'; readonly value: number } }
type Operation =
  | { do: 'propose'; by: string; id: string; change: Change }
  | { do: 'approve' | 'withdraw'; by: string; nth: number }
  | { do: 'block' }

interface Standing {
  readonly suspended: ReadonlySet<string>
  readonly nodes: ReadonlySet<string>
  readonly quorum: number
  readonly cellCountMin: number
}
interface Proposal {
  readonly owner: string
  readonly id: string
  readonly change: Change
  readonly approvals: Set<string>
  open: boolean
}

class Model {
  /** What holds in this block, and what from the next on. */
  now: Standing = { suspended: new Set(), nodes: new Set(NODES), quorum: 2, cellCountMin: 10 }
  next: Standing = this.now
  readonly proposals: Proposal[] = []

  private without(set: ReadonlySet<string>, name: string): Set<string> {
    return new Set([...set].filter((other) => other !== name))
  }

  /** What would hold after a change; undefined where it can not be. */
  private after(change: Change): Standing | undefined {
    const { next } = this
    const check = (later: Standing): Standing | undefined => {
      const cosigners = [...later.nodes].filter((name) => !later.suspended.has(name))
      return later.suspended.size < MEMBERS.length && cosigners.length >= later.quorum ? later : undefined
    }
    if ('suspend' in change) {
      const { member } = change.suspend
      if (next.suspended.has(member)) return undefined
      return check({ ...next, suspended: new Set([...next.suspended, member]) })
    }
    if ('restore' in change) {
      const { member } = change.restore
      return next.suspended.has(member)
        ? { ...next, suspended: this.without(next.suspended, member) }
        : undefined
    }
    if ('retireNode' in change) {
      const { member } = change.retireNode
      return next.nodes.has(member) ? check({ ...next, nodes: this.without(next.nodes, member) }) : undefined
    }
    if ('quorum' in change) return check({ ...next, quorum: change.quorum.quorum })
    const { value } = change.parameter
    return value < 5 || value > 1_000 ? undefined : { ...next, cellCountMin: value }
  }

  apply(o: Operation): boolean {
    if (o.do === 'block') {
      this.now = this.next
      return true
    }
    if (this.now.suspended.has(o.by)) return false
    if (o.do === 'propose') {
      const isTaken = this.proposals.some(({ owner, id }) => owner === o.by && id === o.id)
      if (isTaken || this.after(o.change) === undefined) return false
      const proposal = { owner: o.by, id: o.id, change: o.change, approvals: new Set<string>(), open: true }
      this.proposals.push(proposal)
      return this.approve(proposal, o.by)
    }
    const proposal = this.proposals[o.nth]
    if (proposal === undefined || !proposal.open) return false
    if (o.do === 'approve') return this.approve(proposal, o.by)
    if (proposal.owner !== o.by) return false
    proposal.open = false
    return true
  }

  private approve(proposal: Proposal, by: string): boolean {
    if (proposal.approvals.has(by)) return false
    const active = MEMBERS.filter((name) => !this.now.suspended.has(name))
    const votes = active.filter((name) => name === by || proposal.approvals.has(name))
    const isCarried = 3 * votes.length > 2 * active.length
    const later = isCarried ? this.after(proposal.change) : this.next
    if (later === undefined) return false
    proposal.approvals.add(by)
    if (isCarried) {
      proposal.open = false
      this.next = later
    }
    return true
  }
}

const member = fc.constantFrom(...MEMBERS)
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ suspend: fc.record({ member }) }),
  fc.record({ restore: fc.record({ member }) }),
  fc.record({ retireNode: fc.record({ member }) }),
  fc.record({ quorum: fc.record({ quorum: fc.integer({ min: 1, max: 4 }) }) }),
  fc.record({
    parameter: fc.record({
      name: fc.constant('record.cellCountMin' as const),
      value: fc.constantFrom(4, 5, 20, 1_000, 1_001),
    }),
  }),
)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('propose' as const),
      by: member,
      id: fc.constantFrom('p', 'q', 'r'),
      change,
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('approve' as const), by: member, nth: fc.nat(6) }) },
  fc.record({ do: fc.constant('withdraw' as const), by: member, nth: fc.nat(6) }),
  fc.record({ do: fc.constant('block' as const) }),
)

function take(world: World, model: Model, o: Operation): boolean {
  if (o.do === 'block') {
    world.pass(1)
    return true
  }
  if (o.do === 'propose') {
    return world.run(o.by, 'governance.propose', { proposalId: o.id, change: o.change }) === 'ok'
  }
  const { owner, id } = model.proposals[o.nth] ?? { owner: 'A', id: 'none' }
  const payload = o.do === 'approve' ? { proposal: `${owner}:${id}` } : { proposalId: id }
  return world.run(o.by, `governance.${o.do}`, payload) === 'ok'
}

/** Withdrawing names an own proposal: another's of the same id is another's. */
const isOwnWithdrawal = (model: Model, o: Operation): boolean =>
  o.do !== 'withdraw' || model.proposals[o.nth] === undefined || model.proposals[o.nth]!.owner === o.by

it('decides exactly as the model of it', () => {
  const members = MEMBERS.map((id) => {
    const keys = { logKey: keyOf(`${id} log`).publicKey, cosignerKey: keyOf(`${id} cosigner`).publicKey }
    return NODES.includes(id) ? { ...memberOf(id, 'hospital'), ...keys } : memberOf(id, 'hospital')
  })
  checkProperty(
    fc.property(fc.array(operation, { minLength: 20, maxLength: 80, size: 'max' }), (operations) => {
      const world = new World({ members, quorum: 2 })
      const model = new Model()
      for (const o of operations) {
        if (!isOwnWithdrawal(model, o)) continue
        expect(take(world, model, o), JSON.stringify(o)).toBe(model.apply(o))
        const { quorum, nodes } = world.port('governance.trust')()
        const { suspended } = model.now
        expect(quorum).toBe(model.now.quorum)
        expect(nodes.map((node) => node.member)).toEqual(
          [...model.now.nodes].filter((name) => !suspended.has(name)).sort(),
        )
        for (const name of MEMBERS) expect(world.isActive(name), name).toBe(!suspended.has(name))
      }
      const reader = MEMBERS.find((name) => !model.now.suspended.has(name))!
      const name = 'record.cellCountMin'
      const parameter = world.read(reader, 'governance', '/parameters/:name', { name })
      expect(parameter).toMatchObject({ value: model.now.cellCountMin })
    }),
    100,
  )
})
