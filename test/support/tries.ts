/**
 * How much a test of random cases tries: little in the quick run, all of it where the file is one of the long tests.
 */

/** `quick` or `long` cases, or as many as the variable of the environment says. */
export function triesOf(quick: number, long: number, variable?: string): number {
  const given = variable === undefined ? undefined : process.env[variable]
  if (given !== undefined) return Number(given)
  return process.env['TEST_LENGTH'] === 'long' ? long : quick
}
