/**
 * Numbers modulo L = 2^252 + c, the order of the base point (RFC 8032 5.1), in signed limbs of 21 bits in i64.
 * Products are summed without carrying: a column takes at most 7 products below 2^42 a check, 2^57 for 4,096 checks.
 */
const BITS = 21
const MASK = '0x1fffff'
/** -c in limbs: 2^252 is worth this. 12 limbs are 252 bits, so limb k folds into limbs k - 12 to k - 7. */
const FOLD = [666643, 470296, 654183, -997805, 136657, -683901]
/** Columns of a 128-bit times a 512-bit number, and one for the carry. */
export const COLUMNS = 32

const range = (count) => Array.from({ length: count }, (_, i) => i)

/** Limbs of the number of `words` 64-bit words at `ptr`. */
function printLimbs(name, ptr, words) {
  const count = Math.ceil((64 * words) / BITS)
  const loads = range(words).map((i) => `  const ${ptr}${i} = load<u64>(${ptr}, ${8 * i})`)
  const limbs = range(count).map((i) => {
    const word = Math.floor((BITS * i) / 64)
    const shift = (BITS * i) % 64
    const above = shift + BITS > 64 && word + 1 < words ? ` | ${ptr}${word + 1} << ${64 - shift}` : ''
    return `  const ${name}${i} = <i64>((${ptr}${word} >> ${shift}${above}) & ${MASK})`
  })
  return { count, code: [...loads, ...limbs] }
}

/** Body of `addProduct(sum, z, k)`: the columns at `sum` += z (128 bits) · k (`words` 64-bit words). */
export function printAddProduct(words) {
  const z = printLimbs('a', 'z', 2)
  const k = printLimbs('b', 'k', words)
  const columns = range(z.count + k.count - 1).map((column) => {
    const products = range(z.count).filter((i) => column - i >= 0 && column - i < k.count)
    const sum = products.map((i) => `a${i} * b${column - i}`).join(' + ')
    return `  store<i64>(sum, load<i64>(sum, ${8 * column}) + ${sum}, ${8 * column})`
  })
  return [...z.code, ...k.code, ...columns].join('\n')
}

const fold = (k) => FOLD.map((factor, i) => `s${k - 12 + i} += s${k} * ${factor}`).join('; ') + `; s${k} = 0`
const foldDown = (from, to) => range(from - to + 1).map((i) => `  ${fold(from - i)}`)
const carry = (from, to) =>
  range(to - from + 1).map((i) => `  c = s${from + i} >> ${BITS}; s${from + i + 1} += c; s${from + i} -= c << ${BITS}`)

/** Body of `reduceColumns(out, sum, negative)`: 32 bytes, the number (or its negative) modulo L, below 2^253. */
export function printReduce() {
  const loads = range(COLUMNS).map(
    (i) => `  let s${i} = negative ? -load<i64>(sum, ${8 * i}) : load<i64>(sum, ${8 * i})`,
  )
  const words = range(4).map((word) => {
    const parts = range(12)
      .map((i) => ({ i, shift: BITS * i - 64 * word }))
      .filter(({ shift }) => shift > -BITS && shift < 64)
      .map(({ i, shift }) => (shift >= 0 ? `<u64>s${i} << ${shift}` : `<u64>s${i} >> ${-shift}`))
    return `  store<u64>(out, ${parts.join(' | ')}, ${8 * word})`
  })
  return [
    ...loads,
    '  let c: i64',
    ...carry(0, 30),
    ...foldDown(31, 25),
    ...carry(0, 24),
    ...foldDown(25, 19),
    ...carry(0, 18),
    ...foldDown(19, 13),
    ...carry(0, 12),
    ...foldDown(13, 12),
    ...carry(0, 11),
    ...foldDown(12, 12),
    ...carry(0, 11),
    ...foldDown(12, 12),
    ...carry(0, 10),
    ...words,
  ].join('\n')
}
