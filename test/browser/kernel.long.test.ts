/** The kernel in a browser: the compiled sources and the wasm as they are, served to Debian's Chromium. */
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { toHex, utf8 } from '../../src/base/index.ts'
import {
  type compileKernel,
  FAULT,
  type Kernel,
  loadKernel,
  type SignatureCheck,
} from '../../src/kernel/index.ts'
import { canonicalBytes, ENVELOPE } from '../kernel/support/bodies.ts'
import { makeCheck, makeSigner, makeTorsionCheck, TORSION } from '../kernel/support/curve.ts'
import { seed } from '../kernel/support/random.ts'
import { CHROMIUM, describeWith, NEEDS_CHROMIUM } from '../support/needs.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.wasm': 'application/wasm' }

/** A page that holds the kernel's exports ready. Its code is not this file's: vitest rewrites imports here. */
const PAGE = `<!doctype html><title>kernel</title>
<script type="module">import * as kernel from '/dist/kernel/index.js'; globalThis.kernelExports = kernel</script>`

/** Serves dist/ and build/, and the page for everything else. */
function serve(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    const isFile = /^\/(dist|build)\//.test(path)
    const content = isFile ? await readFile(join(root, path)).catch(() => undefined) : PAGE
    const type = isFile ? (TYPES[extname(path)] ?? 'application/octet-stream') : 'text/html'
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': type }).end(content)
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/** What the page is asked, as JSON can carry it. */
interface Questions {
  readonly checks: readonly { readonly [Name in keyof SignatureCheck]: readonly number[] }[]
  readonly entries: readonly (readonly number[])[]
  readonly bodies: readonly (readonly number[])[]
}

/** What the page's script puts there. */
interface KernelExports {
  readonly loadKernel: typeof loadKernel
  readonly compileKernel: typeof compileKernel
}

/** Runs in the page, so it sees nothing of this file. */
async function askKernel(questions: Questions) {
  const { kernelExports } = globalThis as unknown as { kernelExports: KernelExports }
  const toBytes = (numbers: readonly number[]) => Uint8Array.from(numbers)
  const checks = questions.checks.map(({ publicKey, message, signature }) => ({
    publicKey: toBytes(publicKey),
    message: toBytes(message),
    signature: toBytes(signature),
  }))
  const answer = (kernel: Kernel) => ({
    build: kernel.build,
    verify: checks.map((check) => kernel.verify(check)),
    verifyBatch: kernel.verifyBatch(checks),
    merkleRoot: [...kernel.merkleRoot(questions.entries.map(toBytes))],
    bodies: questions.bodies.map((body) => kernel.checkBody(toBytes(body))),
    sha512: [...kernel.sha512(new Uint8Array(9 * 2 ** 20))],
  })
  const url = new URL('/build/kernel.wasm', location.href)
  return {
    default: answer(await kernelExports.loadKernel()),
    simd: answer(await kernelExports.loadKernel({ build: 'simd' })),
    scalar: answer(await kernelExports.loadKernel({ module: await kernelExports.compileKernel({ url }) })),
  }
}

describeWith([NEEDS_CHROMIUM], `the kernel in a browser (seed ${seed})`, () => {
  let server: Server
  let browser: Browser

  beforeAll(async () => {
    server = await serve()
    const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...flags, '--disable-component-update', '--disable-sync'],
    })
  })

  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  it('answers as in Node', async () => {
    const signer = makeSigner()
    const good = Array.from({ length: 12 }, () => makeCheck(signer))
    const odd = TORSION.map((torsion) => makeTorsionCheck(torsion, TORSION[3]!))
    const bad = { ...good[0]!, message: utf8('another') }
    const checks = [...good, ...odd, bad]
    const entries = Array.from({ length: 37 }, (_, i) => utf8(`entry ${i}`))
    const bodies = [canonicalBytes(ENVELOPE), utf8('{"expires":1.5}'), utf8('{'), new Uint8Array(0)]
    const kernel = await loadKernel({ url: new URL('../../build/kernel.wasm', import.meta.url) })
    const expected = {
      verify: checks.map((check) => check !== bad),
      verifyBatch: checks.map((check) => check !== bad),
      merkleRoot: [...kernel.merkleRoot(entries)],
      bodies: bodies.map((body) => kernel.checkBody(body)),
      sha512: [...kernel.sha512(new Uint8Array(9 * 2 ** 20))],
    }
    expect(expected.bodies.map(({ fault }) => fault)).toEqual([
      FAULT.none,
      FAULT.number,
      FAULT.syntax,
      FAULT.length,
    ])

    const page = await browser.newPage()
    const errors: unknown[] = []
    page.on('pageerror', (error) => errors.push(error))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const answers = await page.evaluate(askKernel, {
      checks: checks.map(({ publicKey, message, signature }) => ({
        publicKey: [...publicKey],
        message: [...message],
        signature: [...signature],
      })),
      entries: entries.map((entry) => [...entry]),
      bodies: bodies.map((body) => [...body]),
    })
    expect(answers.default).toEqual({ build: 'fused', ...expected })
    expect(answers.simd).toEqual({ build: 'simd', ...expected })
    expect(answers.scalar).toEqual({ build: 'scalar', ...expected })
    expect(toHex(Uint8Array.from(answers.default.merkleRoot))).toHaveLength(64)
    expect(errors).toEqual([])
  })
})
