/**
 * A workflow in plain steps: who does what, and is told what. The same steps run in tests on a ledger in process, over
 * HTTP on a real node, and in the demo; each run enrols people of its own, so it can be repeated on one ledger.
 */
import { randomInt } from 'node:crypto'
import { assert, type Code, STATUS_INDEX_MAX, toHex } from '../../base/index.ts'
import {
  commitSubject,
  type Draft,
  generateEncryptionKey,
  generateSigningKey,
  randomBytes,
  type SeededKey,
  signKeyStatement,
} from '../../client/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import type { SigningKey } from '../../protocol/index.ts'

/** Where a scenario runs. */
export interface Surface {
  readonly kernel: Kernel
  readonly ledgerId: Uint8Array
  /** Unix seconds, near the time of the next block. */
  now(): number
  /** Lets time pass until `time`; only where the clock is the surface's own, so never on a real node. */
  advanceTo?(time: number): void
  /** The key of a member of the demo consortium. */
  member(id: string): SigningKey
  /** Signs and sends one transaction; resolves when it is in a block or turned away at the door. */
  send(draft: Draft, signer: SigningKey): Promise<{ readonly status: string; readonly code?: string }>
}

export interface Step {
  readonly who: string
  readonly does: string
  readonly key: SigningKey
  /** Made when the step is played, where it depends on the time of then. */
  readonly draft: Draft | (() => Draft)
  /** Not before this time; only in scenarios that are played where time can pass. */
  readonly from?: number
  /** What the ledger must answer. */
  readonly told: 'accepted' | Code
}

/** A step on one line; it must be accepted unless a code says how it is refused. */
export const step = (
  who: string,
  does: string,
  key: SigningKey,
  draft: Step['draft'],
  told: Step['told'] = 'accepted',
  from?: number,
): Step => ({ who, does, key, draft, told, ...(from !== undefined && { from }) })

export interface Scenario {
  readonly title: string
  steps(cast: Cast): Promise<readonly Step[]>
}

/** A step as it went. */
export interface PlayedStep extends Step {
  readonly answer: string
}

/** Plays a scenario to its end and returns every step with its answer. */
export async function playScenario(scenario: Scenario, surface: Surface): Promise<PlayedStep[]> {
  const cast = new Cast(surface)
  const played: PlayedStep[] = []
  for (const next of await scenario.steps(cast)) {
    if (next.from !== undefined) {
      assert(surface.advanceTo !== undefined, 'time can pass on this surface')
      surface.advanceTo(next.from)
    }
    const draft = typeof next.draft === 'function' ? next.draft() : next.draft
    const { status, code } = await surface.send(draft, next.key)
    played.push({ ...next, answer: code ?? status })
  }
  return played
}

/** Someone that a scenario brings with it. */
export interface CastMember {
  /** `<member>:<local>` */
  readonly actor: string
  readonly key: SeededKey
}

/** Makes the people, pseudonyms and ids of one run. */
export class Cast {
  readonly surface: Surface
  /** Sets this run's ids apart from those of earlier runs. */
  readonly #run = toHex(randomBytes(6))

  constructor(surface: Surface) {
    this.surface = surface
  }

  /** A local id of this run. */
  id(name: string): string {
    return `${name}-${this.#run}`
  }

  /** A place in status lists that hardly any other run has taken. */
  readonly statusIndex = randomInt(STATUS_INDEX_MAX + 1)

  /** The same of several names, in their order. */
  ids<const Names extends readonly string[]>(...names: Names): { [Place in keyof Names]: string } {
    return names.map((name) => this.id(name)) as { [Place in keyof Names]: string }
  }

  /** Keys of members of the demo consortium, in the order of their ids. */
  members<const Ids extends readonly string[]>(...ids: Ids): { [Place in keyof Ids]: SigningKey } {
    return ids.map((id) => this.surface.member(id)) as { [Place in keyof Ids]: SigningKey }
  }

  person(member: string, name: string): CastMember {
    return { actor: `${member}:${this.id(name)}`, key: generateSigningKey() }
  }

  /** The draft that enrols a person; signed by its member. */
  async enrol({ actor, key }: CastMember, role: string): Promise<Draft> {
    const { ledgerId } = this.surface
    return {
      type: 'identity.enrol',
      payload: {
        actor,
        role,
        publicKey: toHex(key.publicKey),
        encryptionKey: toHex(generateEncryptionKey().publicKey),
        statement: await signKeyStatement(key, { ledgerId, actor }),
      },
    }
  }

  /** A patient's pseudonym at a facility. */
  subject(facility: string, { key }: CastMember): string {
    return commitSubject(this.surface.kernel, facility, key.publicKey).subject
  }

  /** A random hash, in the place of one of contents that a scenario does not need. */
  hash(): string {
    return toHex(randomBytes(32))
  }
}
