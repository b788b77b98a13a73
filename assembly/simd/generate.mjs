/**
 * Writes the unrolled code of the SIMD build into `generated/`: `node assembly/simd/generate.mjs`.
 * What it prints is made from the programs and formulas in `generate/`; those are what to read.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { constants } from './generate/constants.mjs'
import { multiply, reduce, square, toLimbs11, toLimbs12 } from './generate/field.mjs'
import { LIMBS_11, LIMBS_12 } from './generate/layout.mjs'
import { addAddend, addAffinePair, double, makeAddend, setToAddend } from './generate/points.mjs'
import {
  findRootCandidates,
  fixRoots,
  invert,
  makeAffineAddends,
  prepareRoots,
  raiseBothToRootExponent,
  raiseToRootExponent,
} from './generate/roots.mjs'
import { printAddProduct, printReduce } from './generate/scalars.mjs'
import { SHA256, SHA512, printCompress, printTables } from './generate/sha2.mjs'
import { printSteps } from './generate/steps.mjs'
import { printDecode, printFreeze } from './generate/words.mjs'

const directory = new URL('./generated/', import.meta.url)

function define(name, parameters, body, result = 'void') {
  const nineteen = body.includes('nineteen') ? '  const nineteen = v128.load(NINETEEN)\n' : ''
  return `export function ${name}(${parameters}): ${result} {\n${nineteen}${body}\n}\n`
}
const ptrs = (...names) => names.map((name) => `${name}: usize`).join(', ')

/** Imports for the names that `code` uses and does not define. */
function importsOf(code, sources) {
  const used = new Set(code.match(/\b[A-Za-z_]\w*\b/g))
  return Object.entries(sources)
    .map(([file, names]) => [file, names.filter((name) => used.has(name) && !code.includes(`function ${name}(`))])
    .filter(([, names]) => names.length > 0)
    .map(([file, names]) => `import { ${names.join(', ')} } from '${file}'\n`)
    .join('')
}

const FIELD = [
  'decodeLane',
  'reduce',
  'freeze',
 'multiply', 'multiplySwapped', 'square', 'multiply11', 'square11', 'toLimbs11', 'toLimbs12']

function write(name, code, sources = {}) {
  const header = '// Printed by assembly/simd/generate.mjs; do not edit.\n'
  writeFileSync(new URL(`${name}.ts`, directory), `${header}${importsOf(code, sources)}\n${code}`)
}

mkdirSync(directory, { recursive: true })
const { code: constantCode, names: CONSTANTS } = constants()
const SCRATCH = [
  'COLUMNS COLUMNS_PAST CROSSED CROSSED_2 PRODUCTS_AB PRODUCTS_AB_2 PRODUCTS_CD FACTORS_EG FACTORS_FH PAIR_T PAIR_2DXY',
  'POWER POWER_A POWER_B POWER_C POWER_D SECOND_POWER SECOND_POWER_A SECOND_POWER_B SECOND_POWER_C SECOND_POWER_D',
  'VALUE VALUE_2 INVERSE',
  'Y X U V V_3 U_V_3 SQUARE ROOT_MINUS ROOT_PLUS ROOT_FACTOR',
].flatMap((line) => line.split(' '))
const sources = {
  './constants': CONSTANTS,
  '../memory-map': SCRATCH,
  './field': FIELD,
  '../field': ['multiplyAdd', 'squareTimes11', 'squareBothTimes11', 'copyElement'],
}

write('constants', constantCode)
write(
  'field',
  [
    define('multiply', ptrs('out', 'x', 'y'), multiply(LIMBS_12).print()),
    define('multiplySwapped', ptrs('out', 'x', 'y'), multiply(LIMBS_12, true).print()),
    define('square', ptrs('out', 'x'), square(LIMBS_12).print()),
    define('reduce', ptrs('out', 'x'), reduce(LIMBS_12).print()),
    define('multiply11', ptrs('out', 'x', 'y'), multiply(LIMBS_11).print()),
    define('square11', ptrs('out', 'x'), square(LIMBS_11).print()),
    define('toLimbs11', ptrs('out', 'x'), toLimbs11().print()),
    define('toLimbs12', ptrs('out', 'x'), toLimbs12().print()),
    define('decodeLane', ptrs('out', 'ptr'), printDecode()),
    define('freeze', ptrs('ptr'), printFreeze(), 'u32'),
  ].join('\n'),
  sources,
)
const sign = 'const signs = i64x2(<i64>negative << 63, 0)\n'
const signs = 'const signs = i64x2(<i64>aNegative << 63, <i64>bNegative << 63)\n'
write(
  'points',
  [
    define('addAddend', `${ptrs('point', 'addend')}, negative: bool`, `  ${sign}${printSteps(addAddend)}`),
    define(
      'addAffinePair',
      `${ptrs('p', 'a')}, aNegative: bool, ${ptrs('q', 'b')}, bNegative: bool`,
      `  ${signs}${printSteps(addAffinePair)}`,
    ),
    define('setToAddend', `${ptrs('point', 'addend')}, negative: bool`, `  ${sign}${printSteps(setToAddend)}`),
    define('makeAddend', ptrs('out', 'point'), printSteps(makeAddend)),
    define('double', ptrs('point'), printSteps(double)),
  ].join('\n'),
  sources,
)
write(
  'roots',
  [
    define('raiseToRootExponent', '', printSteps(raiseToRootExponent)),
    define('raiseBothToRootExponent', '', printSteps(raiseBothToRootExponent)),
    define('invert', '', printSteps(invert)),
    define('prepareRoots', '', printSteps(prepareRoots)),
    define('findRootCandidates', '', printSteps(findRootCandidates)),
    define('fixRoots', '', printSteps(fixRoots)),
    define(
      'makeAffineAddends',
      `${ptrs('out', 'out2')}, firstSign: u64, secondSign: u64`,
      `  const signs = i64x2(firstSign, secondSign)\n${printSteps(makeAffineAddends)}`,
    ),
  ].join('\n'),
  sources,
)
write(
  'scalars',
  [
    define('addProduct', ptrs('sum', 'z', 'k'), printAddProduct(4)),
    define('addWideProduct', ptrs('sum', 'z', 'k'), printAddProduct(8)),
    define('reduceColumns', `${ptrs('out', 'sum')}, negative: bool`, printReduce()),
  ].join('\n'),
)
write(
  'sha2',
  [
    `${printTables(SHA256)}\n`,
    `${printTables(SHA512)}\n`,
    define('compress256', '', printCompress(SHA256)),
    define('compress512', '', printCompress(SHA512)),
  ].join('\n'),
  { '../memory-map': ['SCHEDULE', 'STATE', 'ANCHOR'] },
)
