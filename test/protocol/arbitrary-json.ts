/** Random JSON values that a body can hold. */
import fc from 'fast-check'
import type { Json } from '../../src/protocol/index.ts'

const key = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,63}$/)

const { json, map } = fc.letrec<{ json: Json; map: { [key: string]: Json } }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 8 },
    fc.string({ unit: 'binary' }),
    // Adding 0 turns -0, which a body can not hold, into 0.
    fc.maxSafeInteger().map((integer) => integer + 0),
    fc.boolean(),
    fc.array(tie('json'), { maxLength: 6 }),
    tie('map'),
  ),
  map: fc.dictionary(key, tie('json'), { maxKeys: 6, noNullPrototype: true }),
}))

export const arbitraryJson = json
export const arbitraryPayload = map
