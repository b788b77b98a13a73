/** Random bytes that can be had again: `TEST_SEED=… npx vitest run …`. Suites put the seed into their names. */
const given = process.env.TEST_SEED

/** Seed of this run. */
export const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)

let state = seed >>> 0

/** Begins anew, as before each file. */
export function restartRandom(): void {
  state = seed >>> 0
}

/** 32 random bits, by splitmix32. */
function nextWord(): number {
  state = (state + 0x9e3779b9) >>> 0
  let word = state
  word = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
  word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
  return (word ^ (word >>> 15)) >>> 0
}

/** A random integer in [0, limit). */
export const randomInteger = (limit: number): number => Math.floor((nextWord() / 2 ** 32) * limit)

/** Random bytes. */
export const randomBytes = (length: number): Uint8Array => Uint8Array.from({ length }, nextWord)

/** One of `choices`. */
export const pick = <Choice>(choices: readonly Choice[]): Choice => choices[randomInteger(choices.length)]!
