/** What the package gives to bundlers for browsers: nothing of Node's, no warning, and one file that needs no other. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BUNDLERS, type BundlerName, importsOf, listOutput, makeProject } from './support/bundle.ts'

const ENTRIES = ['client', 'kernel', 'protocol'] as const

it('an import that is left is found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'medseal-bundle-'))
  await makeProject(folder, { 'left.js': "export const read = () => import('node:fs/promises')\n" })
  expect(await importsOf(join(folder, 'left.js'))).toEqual(['node:fs/promises'])
  await rm(folder, { recursive: true })
})

describe('bundled for browsers', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-bundle-'))
    await makeProject(
      folder,
      Object.fromEntries(ENTRIES.map((entry) => [`${entry}.js`, `export * from 'medseal/${entry}'\n`])),
    )
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it.each(Object.keys(BUNDLERS) as BundlerName[])(
    'by %s, each entry is one file without imports',
    async (name) => {
      for (const entry of ENTRIES) {
        await BUNDLERS[name](folder, `${entry}.js`)
        expect(await listOutput(folder)).toEqual([`${entry}.js`])
        const path = join(folder, 'out', `${entry}.js`)
        expect(await importsOf(path)).toEqual([])
        const text = await readFile(path, 'utf8')
        // The wasm is in it where the kernel is: `\0asm`, version 1, in base64.
        expect(text.includes('AGFzbQEAAAA'), entry).toBe(entry !== 'protocol')
        await rm(join(folder, 'out'), { recursive: true })
      }
    },
  )
})
