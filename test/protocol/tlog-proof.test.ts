import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PROOF_HASHES_MAX } from '../../src/base/index.ts'
import { formatTlogProof, parseTlogProof } from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { codeOf } from './code-of.ts'

/** The example of C2SP tlog-proof, without its extra line and with one whole signature. */
const HASHES = `gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=
`
const CHECKPOINT = `example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

— example.com/fancylog Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`
const HEADING = 'c2sp.org/tlog-proof@v1\n'
const EXAMPLE = `${HEADING}index 73894\n${HASHES}\n${CHECKPOINT}`

describe('the text of a proof', () => {
  test('is heading, index, hashes and checkpoint', () => {
    const proof = parseTlogProof(EXAMPLE)
    expect(proof).toMatchObject({ index: 73_894, checkpoint: CHECKPOINT })
    expect(proof.hashes).toHaveLength(5)
    expect(formatTlogProof(proof)).toBe(EXAMPLE)
  })

  test('needs no hash, in a log of one leaf', () => {
    const text = `${HEADING}index 0\n\n${CHECKPOINT}`
    expect(parseTlogProof(text)).toEqual({ index: 0, hashes: [], checkpoint: CHECKPOINT })
    expect(formatTlogProof(parseTlogProof(text))).toBe(text)
  })

  test.each<[string, string]>([
    ['nothing', ''],
    ['another heading', EXAMPLE.replace('@v1', '@v2')],
    ['a byte before the heading', ` ${EXAMPLE}`],
    ['an extra line', EXAMPLE.replace('index', 'extra AAAA\nindex')],
    ['no index', `${HEADING}${HASHES}\n${CHECKPOINT}`],
    ['a leading zero', EXAMPLE.replace('73894', '073894')],
    ['a negative index', EXAMPLE.replace('73894', '-1')],
    ['an index of 2^53', EXAMPLE.replace('73894', '9007199254740992')],
    ['two spaces before the index', EXAMPLE.replace('index ', 'index  ')],
    ['a short hash', EXAMPLE.replace('gSKyXoYZ', '')],
    ['a loose hash', EXAMPLE.replace('cdPlQ=', 'cdPlR=')],
    ['a carriage return', EXAMPLE.replaceAll('\n', '\r\n')],
    ['no empty line', EXAMPLE.replace('\n\n', '\n').replace('\n\n', '\n')],
    [
      'too many hashes',
      `${HEADING}index 1\n${HASHES.slice(0, 45).repeat(PROOF_HASHES_MAX + 1)}\n${CHECKPOINT}`,
    ],
    ['too many bytes', `${EXAMPLE}${'x'.repeat(140_000)}`],
  ])('with %s is refused', (_, text) => {
    expect(codeOf(() => parseTlogProof(text))).toBe('form.note')
  })

  test('is the only text of what it says', () => {
    checkProperty(
      fc.property(fc.nat({ max: EXAMPLE.length - 1 }), fc.string({ maxLength: 2 }), (at, text) => {
        const changed = EXAMPLE.slice(0, at) + text + EXAMPLE.slice(at + 1)
        const code = codeOf(() => expect(formatTlogProof(parseTlogProof(changed))).toBe(changed))
        expect(['none', 'form.note']).toContain(code)
      }),
      2_000,
    )
  })

  test('is not written with an index out of range', () => {
    expect(() => formatTlogProof({ index: -1, hashes: [], checkpoint: CHECKPOINT })).toThrow(RangeError)
  })
})
