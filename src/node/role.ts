/**
 * What a node is at present, and what it may become. A node changes its role while it runs; each change is one of this
 * table, so that no two parts of it ever disagree about what it is.
 */
import { assert, LedgerError } from '../base/index.ts'
import { type Hold, heldError } from '../finality/index.ts'

export type Role =
  /** Takes transactions, puts them into the order, signs what is committed. */
  | { readonly is: 'ordering' }
  /** Follows the log of another: takes nothing, signs nothing. */
  | { readonly is: 'following' }
  /** May be behind what it signed before: answers reads alone, until its next start finds that it is not. */
  | { readonly is: 'held'; readonly hold: Hold }
  /** Gets no more blocks from its order. */
  | { readonly is: 'without order'; readonly error: LedgerError }
  /** Its ledger has stopped itself: a broken invariant, or a commit whose outcome is unknown. */
  | { readonly is: 'halted'; readonly error: LedgerError }
  | { readonly is: 'closing' }

/** The roles that may follow each. Nothing leads back: a node that stopped is started again, and looks anew. */
const NEXT: { readonly [Is in Role['is']]: readonly Role['is'][] } = {
  ordering: ['without order', 'halted', 'closing'],
  following: ['without order', 'halted', 'closing'],
  held: ['halted', 'closing'],
  'without order': ['halted', 'closing'],
  halted: ['closing'],
  closing: [],
}

/** Why a node of this role takes nothing; undefined where it takes transactions and contents. */
function refusalOf(role: Role): LedgerError | undefined {
  switch (role.is) {
    case 'ordering':
      return undefined
    case 'following':
      return new LedgerError('node.follows')
    case 'held':
      return heldError(role.hold)
    case 'without order':
    case 'halted':
      return role.error
    case 'closing':
      return new LedgerError('node.closing')
  }
}

export class RoleKeeper {
  #current: Role

  constructor(first: Role) {
    this.#current = first
  }

  get current(): Role {
    return this.#current
  }

  /** Throws where this role can not follow the present one: a fault of ours. */
  become(next: Role): void {
    assert(NEXT[this.#current.is].includes(next.is), `a node that is ${this.#current.is} may be ${next.is}`)
    this.#current = next
  }

  /** Why the role stands in the way of transactions, in words for an operator; undefined where it does not. */
  get reason(): string | undefined {
    const role = this.#current
    if (role.is === 'held') return `held: ${role.hold.reason}`
    return role.is === 'ordering' || role.is === 'following' ? undefined : role.is
  }

  /** Throws the error with which the node turns down what it is brought, where its role takes nothing. */
  requireTaking(): void {
    const refusal = refusalOf(this.#current)
    if (refusal !== undefined) throw refusal
  }

  requireOpen(): void {
    if (this.#current.is === 'closing') throw new LedgerError('node.closing')
  }
}
