import { describe, expect, it } from 'vitest'
import { formatCount, formatTable } from '../../src/cli/output.ts'
import { createProgress } from '../../src/cli/progress.ts'

const collect = (isTTY: boolean) => {
  const texts: string[] = []
  const progress = createProgress({ isTTY, write: (text) => texts.push(text) })
  return { texts, progress }
}

describe('progress', () => {
  it('is one moving line on a terminal', () => {
    const { texts, progress } = collect(true)
    progress.start('visits', 200, 0)
    progress.advance(100)
    progress.end('done')
    expect(texts).toHaveLength(3)
    expect(texts[1]).toMatch(/^\r {2}visits +\[#{12}\.{12}\] 100 of 200/)
    expect(texts[2]).toMatch(/^\r {2}visits +done/)
    expect(texts.filter((text) => text.endsWith('\n'))).toHaveLength(1)
  })

  it('is a line a quarter elsewhere', () => {
    const { texts, progress } = collect(false)
    progress.start('visits', 100, 0)
    for (let done = 5; done <= 100; done += 5) progress.advance(done)
    progress.end('done')
    expect(texts.map((text) => text.trim().replace(/ +/g, ' '))).toEqual([
      'visits 25 of 100',
      'visits 50 of 100',
      'visits 75 of 100',
      'visits done',
    ])
  })
})

describe('output', () => {
  it('groups digits alike on every machine, and aligns tables', () => {
    expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567'])
    expect(
      formatTable([
        ['a', '1'],
        ['long', '2'],
      ]),
    ).toEqual(['  a     1', '  long  2'])
  })
})
