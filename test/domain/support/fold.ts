/**
 * Folds what worlds write and answer into hashes, a module and a read each: two builds that agree in them have the same
 * bytes.
 */
import { createHash, type Hash } from 'node:crypto'
import { canonicalJson } from '../../../src/protocol/index.ts'
import { type Listener, listeners } from './world.ts'

export interface Folded {
  /** By module: every key that was written, with its value, transaction by transaction. */
  readonly state: { readonly [module: string]: string }
  /** By module and path: every answer, with who asked. */
  readonly answers: { readonly [read: string]: string }
}

/** Listens from now on; `end` stops and gives what was heard. */
export function foldWorlds(): { end(): Folded } {
  const hashes = { state: new Map<string, Hash>(), answers: new Map<string, Hash>() }
  const add = (map: Map<string, Hash>, name: string, text: string) => {
    const hash = map.get(name) ?? createHash('sha256')
    map.set(name, hash)
    hash.update(`${text}\n`)
  }
  const listener: Listener = {
    onWrites(writes) {
      for (const key of [...writes.keys()].sort()) {
        const value = writes.get(key)
        const text = value === undefined ? 'deleted' : canonicalJson(value)
        add(hashes.state, key.slice(0, key.indexOf('/')), `${key} ${text}`)
      }
    },
    onAnswer({ path }, module, { actor }, answer) {
      const text = answer === undefined ? 'nothing' : canonicalJson(answer)
      add(hashes.answers, `${module} ${path}`, `${actor} ${text}`)
    },
  }
  listeners.add(listener)
  const digests = (map: ReadonlyMap<string, Hash>) =>
    Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, v.digest('hex')]))
  return {
    end() {
      listeners.delete(listener)
      return { state: digests(hashes.state), answers: digests(hashes.answers) }
    },
  }
}
