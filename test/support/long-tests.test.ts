import { expect, it } from 'vitest'
import { drawLongTests, longTests } from './long-tests.ts'

const folderOf = (path: string): string => path.split('/')[1]!

it('draws one long test of each folder, the same ones by the same seed', () => {
  const folders = [...new Set(longTests().map(folderOf))]
  expect(folders.length).toBeGreaterThan(8)
  for (let seed = 0; seed < 50; seed++) {
    const drawn = drawLongTests(seed)
    expect(drawn.map(folderOf)).toEqual(folders)
    expect(drawLongTests(seed)).toEqual(drawn)
  }
})

it('comes to every one of them', () => {
  const drawn = new Set(Array.from({ length: 200 }, (_, seed) => drawLongTests(seed)).flat())
  expect([...drawn].sort()).toEqual(longTests())
})
