/** Bundles for browsers, as those who use the package make them: from the built package, with three bundlers. */
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build as buildWithEsbuild } from 'esbuild'
import { rollup } from 'rollup'
import { build as buildWithVite } from 'vite'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Bundles `entry` of `folder` into its `out`, warnings being faults. */
type Bundler = (folder: string, entry: string) => Promise<void>

const withEsbuild: Bundler = async (folder, entry) => {
  const { warnings } = await buildWithEsbuild({
    absWorkingDir: folder,
    entryPoints: [entry],
    outdir: 'out',
    bundle: true,
    format: 'esm',
    minify: true,
    logLevel: 'silent',
  })
  if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join('\n'))
}

const withRollup: Bundler = async (folder, entry) => {
  const bundle = await rollup({
    input: join(folder, entry),
    plugins: [nodeResolve({ browser: true })],
    onwarn: ({ code, message }) => {
      // A comment in a dependency that rollup takes for one to itself.
      if (code !== 'INVALID_ANNOTATION') throw new Error(message)
    },
  })
  await bundle.write({ dir: join(folder, 'out'), format: 'es' })
  await bundle.close()
}

const withVite: Bundler = async (folder, entry) => {
  await buildWithVite({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    build: {
      outDir: 'out',
      modulePreload: false,
      rolldownOptions: {
        input: join(folder, entry),
        onwarn: ({ message }) => {
          throw new Error(message)
        },
        output: { entryFileNames: '[name].js' },
        // What the entry exports is used by nobody that the bundler sees.
        preserveEntrySignatures: 'strict',
      },
    },
  })
}

export const BUNDLERS = { esbuild: withEsbuild, rollup: withRollup, Vite: withVite } as const
export type BundlerName = keyof typeof BUNDLERS

/** Makes `folder` a project that has medseal installed, with one entry for each of `entries`. */
export async function makeProject(folder: string, entries: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(folder, 'node_modules'), { recursive: true })
  await symlink(root, join(folder, 'node_modules/medseal'))
  await writeFile(join(folder, 'package.json'), '{"name":"page","private":true,"type":"module"}')
  for (const [name, code] of Object.entries(entries)) await writeFile(join(folder, name), code)
}

/** What a bundle still imports, as a parser finds it. */
export async function importsOf(path: string): Promise<string[]> {
  const { metafile } = await buildWithEsbuild({
    entryPoints: [path],
    bundle: true,
    format: 'esm',
    external: ['*'],
    metafile: true,
    write: false,
    logLevel: 'silent',
  })
  return Object.values(metafile.outputs).flatMap(({ imports }) => imports.map((one) => one.path))
}

/** Names of what was made. */
export const listOutput = async (folder: string): Promise<string[]> =>
  (await readdir(join(folder, 'out'), { recursive: true })).sort()
