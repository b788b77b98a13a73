/** Property tests with a seed that is printed when one fails and can be given back: `TEST_SEED=… npx vitest run …`. */
import fc from 'fast-check'

const given = process.env.TEST_SEED
const seed = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)

/** Checks `property` on `runs` inputs; a failure names the seed and the smallest input found. */
export function checkProperty<Inputs>(property: fc.IRawProperty<Inputs>, runs = 200): void {
  fc.assert(property, { seed, numRuns: runs })
}

/** The same for a property that has to wait. */
export async function checkAsyncProperty<Inputs>(
  property: fc.IAsyncProperty<Inputs>,
  runs = 200,
): Promise<void> {
  await fc.assert(property, { seed, numRuns: runs })
}
