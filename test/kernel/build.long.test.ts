/** The wasm as a build product: reproducible, self-contained, and of one mind with the sources around it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  BODY_BYTES_MAX,
  BODY_DEPTH_MAX,
  BODY_KEY_BYTES_MAX,
  CODES,
  LEAF_BYTES_MAX,
} from '../../src/base/index.ts'
import { compileKernel, FAULT, loadKernel } from '../../src/kernel/index.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const wasmUrl = new URL('../../build/kernel.wasm', import.meta.url)
const readSource = (name: string) => readFileSync(join(root, 'assembly', name), 'utf8')

/** Number that `const name: type = …` has in an AssemblyScript source. */
function readConstant(source: string, name: string): number {
  const found = new RegExp(`const ${name}: \\w+ = (\\d+)$`, 'm').exec(readSource(source))
  if (!found) throw new Error(`no ${name} in ${source}`)
  return Number(found[1])
}

describe('the wasm', () => {
  it.each([
    ['scalar', 'assembly/serial/index.ts', 'kernel.wasm'],
    ['simd', 'assembly/simd/index.ts', 'kernel-simd.wasm'],
    ['fused', 'assembly/simd/index.ts', 'kernel-fused.wasm'],
  ])('%s comes out the same, byte by byte, from every build', (target, entry, name) => {
    const folder = mkdtempSync(join(tmpdir(), 'kernel-build-'))
    try {
      const outFile = join(folder, name)
      const asc = join(root, 'node_modules/assemblyscript/bin/asc.js')
      const options = ['--config', 'asconfig.json', '--target', target, '--outFile', outFile]
      execFileSync(process.execPath, [asc, entry, ...options], { cwd: root, stdio: 'pipe' })
      expect(readFileSync(outFile).equals(readFileSync(join(root, 'build', name)))).toBe(true)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('imports nothing, and its memory cannot grow', async () => {
    const module = await compileKernel()
    expect(WebAssembly.Module.imports(module)).toEqual([])
    const { exports } = await WebAssembly.instantiate(module)
    expect(() => (exports.memory as WebAssembly.Memory).grow(1)).toThrow(RangeError)
  })

  it('loads from a module, from bytes, from a URL and from its place', async () => {
    const sources = [
      { module: await compileKernel({ url: wasmUrl }) },
      { bytes: new Uint8Array(readFileSync(wasmUrl)) },
      { url: wasmUrl },
      { url: wasmUrl.href },
    ]
    const kernels = await Promise.all(sources.map(loadKernel))
    expect(kernels.map(({ build }) => build)).toEqual(sources.map(() => 'scalar'))
    for (const kernel of [...kernels, await loadKernel()]) {
      expect(kernel.merkleRoot([])).toEqual(kernel.sha256(new Uint8Array(0)))
    }
    await expect(loadKernel({ bytes: Uint8Array.of(1, 2, 3) })).rejects.toThrow(WebAssembly.CompileError)
    await expect(loadKernel({ url: new URL('no-such.wasm', wasmUrl) })).rejects.toThrow(/no-such/)
  })

  it('numbers faults as the table of codes does', () => {
    const found = [...readSource('faults.ts').matchAll(/^export const FAULT_(\w+): u32 = (\d+)$/gm)]
    expect(
      Object.fromEntries(found.map(([, name, number]) => [name!.toLowerCase(), Number(number)])),
    ).toEqual(FAULT)
    const codes = new Map(Object.entries(CODES).map(([code, { number }]) => [number, code]))
    for (const [name, number] of Object.entries(FAULT)) {
      if (number === FAULT.none) continue
      expect(codes.get(number)).toBe(number === FAULT.signature ? 'signature.invalid' : `form.${name}`)
    }
  })

  it('keeps the limits of the base layer', () => {
    expect(readConstant('body.ts', 'BODY_BYTES_MAX')).toBe(BODY_BYTES_MAX)
    expect(readConstant('body.ts', 'DEPTH_MAX')).toBe(BODY_DEPTH_MAX)
    expect(readConstant('body.ts', 'KEY_BYTES_MAX')).toBe(BODY_KEY_BYTES_MAX)
    expect(readConstant('entry-form.ts', 'LEAF_BYTES_MAX')).toBe(LEAF_BYTES_MAX)
  })
})
