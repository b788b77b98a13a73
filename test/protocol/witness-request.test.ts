import { describe, expect, it } from 'vitest'
import { formatWitnessRequest, parseWitnessRequest } from '../../src/protocol/index.ts'

const NOTE = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`
const HASHES = [
  'PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=',
  'jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=',
]
/** As C2SP tlog-witness shows one, with two of its hashes. */
const REQUEST = `old 20852014\n${HASHES.join('\n')}\n\n${NOTE}`

describe('a request to a witness', () => {
  it('is read and written as the specification shows it', () => {
    const parsed = parseWitnessRequest(REQUEST)
    expect(parsed).toMatchObject({ oldSize: 20_852_014, note: NOTE })
    expect(parsed.proof.map((hash) => Buffer.from(hash).toString('base64'))).toEqual(HASHES)
    expect(formatWitnessRequest(parsed)).toBe(REQUEST)
    expect(parseWitnessRequest(`old 0\n\n${NOTE}`)).toEqual({ oldSize: 0, proof: [], note: NOTE })
  })

  it.each([
    ['', 'empty'],
    [NOTE, 'a bare note'],
    [REQUEST.replace('old ', 'old  '), 'two spaces'],
    [REQUEST.replace('old ', 'Old '), 'upper case'],
    [REQUEST.replace('old 2', 'old 02'), 'a leading zero'],
    [REQUEST.replace('old 20852014', 'old -1'), 'a sign'],
    [REQUEST.replace('old 20852014', 'old'), 'no size'],
    [REQUEST.replace('old 20852014', `old ${'9'.repeat(17)}`), 'a size beyond 2^53'],
    [REQUEST.replace('PlRN', 'PlR'), 'a short hash'],
    [REQUEST.replace('PlRN', '-lRN'), 'another alphabet'],
    [REQUEST.replace('\njrJ', '\r\njrJ'), 'CR LF'],
    [`old 1\n${`${HASHES[0]}\n`.repeat(64)}\n${NOTE}`, '64 hashes'],
    [REQUEST + 'x'.repeat(200_000), 'too long'],
  ])('is refused where it is malformed: %#', (text) => {
    expect(() => parseWitnessRequest(text)).toThrow(expect.objectContaining({ code: 'witness.form' }))
  })
})
