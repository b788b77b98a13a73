/**
 * Which rules hold, for the parts of a node outside the ledger, and which are to come. As soon as a version that this
 * build does not know is proposed or adopted, the node raises an alarm and warns whoever asks it: there are days to
 * install a newer build. From the height on it takes nothing and goes on answering reads, and a start does not change
 * that.
 */
import { type Clock, RULES_LOOK_SECONDS, RULES_UPCOMING_COUNT_MAX } from '../base/index.ts'
import { type Registry, rulesUnknown, type UpcomingVersion, type Versions } from '../domain/index.ts'
import { errorFields, type Logger } from '../host/index.ts'
import type { Ledger, LedgerHead } from '../ledger/index.ts'

export interface RulesWatchOptions {
  readonly clock: Pick<Clock, 'sleep'>
  readonly ledger: Pick<Ledger, 'ask'>
  readonly logger: Logger
  /** The versions that this build executes. */
  readonly versions: Versions
}

/** A version to come, and whether this build knows it. */
export interface UpcomingRules extends UpcomingVersion {
  readonly known: boolean
}

export class RulesWatch {
  readonly #options: RulesWatchOptions
  #current: Registry
  /** Of the next block. */
  #version: number
  #upcoming: readonly UpcomingRules[] = []
  /** Alarms raised since the start. */
  readonly #told = new Set<string>()
  #failing = false

  private constructor(options: RulesWatchOptions, current: Registry, version: number) {
    this.#options = options
    this.#current = current
    this.#version = version
  }

  /** LedgerError `ledger.rules-unknown` where this build does not know the rules of the last block either. */
  static async open(options: RulesWatchOptions, head: LedgerHead): Promise<RulesWatch> {
    const rules = options.versions.rulesOf(head.rulesVersion)
    if (rules === undefined) throw rulesUnknown(head.rulesVersion)
    const watch = new RulesWatch(options, rules, head.rulesVersion)
    await watch.look()
    return watch
  }

  /** The rules of the next block; where this build does not know them, of the last. */
  get current(): Registry {
    return this.#current
  }

  /** Whether this build can not execute the next block. */
  get unknown(): boolean {
    return this.#options.versions.rulesOf(this.#version) === undefined
  }

  /** LedgerError `ledger.rules-unknown` where this build can not execute the next block. */
  requireKnown(): void {
    if (this.unknown) throw rulesUnknown(this.#version)
  }

  get upcoming(): readonly UpcomingRules[] {
    return this.#upcoming
  }

  /** What an operator has to act on before a height comes, a line each. */
  get warnings(): string[] {
    return this.#unknownAhead().map(
      ({ version, height, state }) => `rules version ${version} unknown: ${state}, from height ${height}`,
    )
  }

  /**
   * The first height from which this build could not go on if what is proposed were adopted; undefined where there is
   * none.
   */
  get unknownFromHeight(): number | undefined {
    const heights = this.#unknownAhead().map(({ height }) => height)
    return heights.length === 0 ? undefined : Math.min(...heights)
  }

  /** Told of the rules version of the block that comes next. */
  follow(version: number): void {
    // Versions only grow: an answer that was overtaken says nothing new.
    if (version <= this.#version) return
    this.#version = version
    const rules = this.#options.versions.rulesOf(version)
    this.#upcoming = this.#upcoming.filter((one) => one.version > version)
    if (rules === undefined)
      this.#alarm(`rules version ${version} holds and this build does not know it: only reads are answered`, {
        version,
      })
    else {
      this.#current = rules
      this.#options.logger.info('the rules have changed', { version })
    }
  }

  /** Looks ahead once. Never rejects: where the ledger does not answer, what was last seen holds. */
  async look(): Promise<void> {
    const { ledger, logger, versions } = this.#options
    try {
      const { version, upcoming } = await ledger.ask('governance.rules')
      this.follow(version)
      this.#upcoming = nearest(upcoming).map((one) => ({
        ...one,
        known: versions.rulesOf(one.version) !== undefined,
      }))
      this.#failing = false
    } catch (error) {
      if (!this.#failing) logger.warn('the rules to come can not be read', errorFields(error))
      this.#failing = true
      return
    }
    for (const { version, height, state } of this.#unknownAhead()) {
      const what = `rules version ${version} is ${state} for height ${height} and this build does not know it`
      this.#alarm(`${what}: install a newer build before`, { version, height, state })
    }
  }

  /** Looks now and then until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.sleep(1000 * RULES_LOOK_SECONDS, signal).catch(() => {})
      if (!signal.aborted) await this.look()
    }
  }

  #unknownAhead(): readonly UpcomingRules[] {
    return this.#upcoming.filter(({ known }) => !known)
  }

  /** Once for each since the start. */
  #alarm(message: string, fields: Readonly<Record<string, string | number>>): void {
    if (this.#told.has(message)) return
    this.#told.add(message)
    this.#options.logger.error(`ALARM: ${message}`, fields)
  }
}

/** The version that was adopted, then those whose heights come first. */
function nearest(upcoming: readonly UpcomingVersion[]): readonly UpcomingVersion[] {
  const rank = ({ state }: UpcomingVersion) => (state === 'adopted' ? 0 : 1)
  const sorted = [...upcoming].sort((a, b) => rank(a) - rank(b) || a.height - b.height)
  return sorted.slice(0, RULES_UPCOMING_COUNT_MAX)
}
