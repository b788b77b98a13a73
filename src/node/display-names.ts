/** Public names of the members that run nodes. They change with a block alone, so the ledger is asked once a block. */
import type { Ledger } from '../ledger/index.ts'

/** By member's id; a member without a name is not in it. */
export type NamesByMember = { readonly [member: string]: string }

export class DisplayNames {
  readonly #ledger: Pick<Ledger, 'ask'>
  #size = -1
  #names: Promise<NamesByMember> = Promise.resolve({})

  constructor(ledger: Pick<Ledger, 'ask'>) {
    this.#ledger = ledger
  }

  /** As of `size`, that of the committed log. A ledger that can not answer leaves the names that were known. */
  at(size: number, members: readonly string[]): Promise<NamesByMember> {
    if (size !== this.#size) {
      const known = this.#names
      this.#size = size
      this.#names = this.#ask(members).catch(() => known)
    }
    return this.#names
  }

  async #ask(members: readonly string[]): Promise<NamesByMember> {
    const standings = await Promise.all(members.map((member) => this.#ledger.ask('identity.member', member)))
    return Object.fromEntries(
      members.flatMap((member, i) => {
        const name = standings[i]?.displayName
        return name === undefined ? [] : [[member, name]]
      }),
    )
  }
}
