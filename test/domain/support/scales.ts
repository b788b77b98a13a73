/** Weights as the scales of a test sign them. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { toHex } from '../../../src/base/index.ts'
import { weightInput } from '../../../src/protocol/index.ts'
import { keyOf, LEDGER_ID } from './keys.ts'

/** A weight of an item, signed by the scale of that name. */
export function weigh(scale: string, item: string, grams: number, at: number) {
  const key = keyOf(scale)
  const signature = toHex(ed25519.sign(weightInput(LEDGER_ID, item, grams, at), key.secret))
  return { grams, at, scale: key.publicKey, signature }
}

/** The same, with its item, as handovers take it. */
export const weighing = (scale: string, item: string, grams: number, at: number) => ({
  item,
  ...weigh(scale, item, grams, at),
})
