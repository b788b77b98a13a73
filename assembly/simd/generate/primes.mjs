/** The constants of SHA-2, from their definition: FIPS 180-4, 4.2.2, 4.2.3, 5.3.3. */

function primes(count) {
  const found = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n)
  return found
}

/** The largest whole number whose `degree`-th power is at most n. */
function floorRoot(n, degree) {
  let low = 0n
  let high = 1n << 100n
  while (low < high) {
    const middle = (low + high + 1n) >> 1n
    if (middle ** degree <= n) low = middle
    else high = middle - 1n
  }
  return low
}

const fraction = (count, bits, degree) =>
  primes(count).map((prime) => BigInt.asUintN(Number(bits), floorRoot(BigInt(prime) << (degree * bits), degree)))

/** The first `bits` bits of the fractions of the cube roots of the first `count` primes. */
export const roundConstants = (count, bits) => fraction(count, bits, 3n)
/** The same of the square roots of the first eight primes. */
export const initialState = (bits) => fraction(8, bits, 2n)
