/**
 * The built package as strict TypeScript sees it: every example of the pages compiles, what does not fit the schemas
 * does not, and none of it reads the declarations of a schema library.
 */
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const TSC = join(root, 'node_modules/typescript/bin/tsc')

const CONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    types: ['node'],
    listFiles: true,
  },
  include: ['*.ts'],
}

/** What examples speak of and do not make: whoever reads them has it. */
const CONTEXT = `declare const client: import('medseal/client').Client
declare const newKey: import('medseal/client').Signer
declare const vault: import('medseal/client').Vault
declare const patientVault: import('medseal/client').Vault
declare const insurerVault: import('medseal/client').Vault
declare const encryptionKey: import('medseal/client').EncryptionKey
declare const kind: import('medseal/client').RecordKind
declare const patientKey: Uint8Array, insurerKey: Uint8Array
declare const openId: string, recordId: string, subject: string
declare const encounterAt: number
declare const publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array
declare const packed: Uint8Array, offsets: Uint32Array, ledgerId: Uint8Array, bytes: Uint8Array
declare const entries: Uint8Array[]
declare const checks: import('medseal/kernel').SignatureCheck[]
`

/** Snippets of medseal's own sources, which no user of the package writes. */
const OF_SOURCES = ['docs/domain/README.md']

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].filter((page) => !OF_SOURCES.includes(page))

/** Every example in JavaScript or TypeScript, by a file name that says where it stands. */
const EXAMPLES = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```(?:js|ts)\n(.*?)^```$/gms)].map(([, code], i) => ({
    file: `${page.replaceAll('/', '-')}-${i + 1}.ts`,
    code: code!,
  })),
)

/** What must compile. */
const RIGHT = `import { type AnyCode, type Code, createClient, type Draft, type PayloadOf, type ReadAnswer } from 'medseal/client'
const client = await createClient({ url: 'http://127.0.0.1:8080' })
const me: ReadAnswer<'identity/me'> = await client.read('identity/me')
const isDoctor: boolean = me.role === 'doctor'
const record = await client.read('record/records/:ref', { ref: 'a:b' }, { signal: AbortSignal.timeout(1) })
const hash: string = record.latest.contentHash
const page = await client.read('record/records', { subject: 'ff', limit: 2 })
const next: string | undefined = page.items[0]?.ref ?? page.next
for await (const { ref, kind } of client.list('record/records', { subject: 'ff' })) console.log(ref, kind === 'Observation')
const anything: unknown = await client.read('/v1/identity/me')
for await (const item of client.list('/v1/identity/members')) console.log(item)
const payload: PayloadOf<'identity.enrol-subject'> = { subject: 'ff' }
const answer = await client.send({ type: 'identity.enrol-subject', payload })
const code: Code = 'form.request'
const given: AnyCode | undefined = answer.code ?? code
const dynamic: Draft = { type: ['a', 'b'].join('.'), payload: { any: 1 }, privatePart: [1] }
await client.send(dynamic)
for await (const { data } of client.events()) console.log(data.signer, data.parties.length)
console.log(isDoctor, hash, next, anything, given)
`

/** Each of these lines is a mistake that the compiler has to see. */
const WRONG = [
  "await client.send({ type: 'record.anchor', payload: { recordId: 'x' } })",
  "await client.send({ type: 'record.anchr', payload: {} })",
  "await client.send({ type: 'identity.enrol-subject', payload: { subject: 'ff', patien: 'a:b' } })",
  "await client.send({ type: 'identity.enrol-subject', payload: { subject: 1 } })",
  "await client.send({ type: 'identity.enrol-subject', payload: { subject: 'ff' }, privatePart: {} })",
  "await client.send({ type: 'certificate.record-exam', payload: exam })",
  "await client.read('record/nothing')",
  "await client.read('record/records/:ref')",
  "await client.read('record/records/:ref', { reff: 'a:b' })",
  "await client.read('identity/me', { ref: 'a:b' })",
  "await client.read('record/records', { subject: 'ff', limit: '2' })",
  "console.log((await client.read('record/records/:ref', { ref: 'a:b' })).contentHash)",
  "for await (const item of client.list('record/records/:ref', { ref: 'a:b' })) console.log(item)",
  'for await (const { data } of client.events()) console.log(data.sender)',
  "const code: Code = 'form.requests'",
]

const WRONG_HEAD = `import type { Client, Code, PayloadOf } from 'medseal/client'
declare const client: Client
declare const exam: PayloadOf<'certificate.record-exam'>
export { code }
`

describe('the package in strict TypeScript', () => {
  const folder = mkdtempSync(join(tmpdir(), 'medseal-types-'))
  let lines: readonly string[]

  beforeAll(() => {
    mkdirSync(join(folder, 'node_modules'))
    symlinkSync(root, join(folder, 'node_modules/medseal'))
    symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG))
    writeFileSync(join(folder, 'context.d.ts'), CONTEXT)
    writeFileSync(join(folder, 'right.ts'), RIGHT)
    writeFileSync(join(folder, 'wrong.ts'), WRONG_HEAD + WRONG.join('\n'))
    for (const { file, code } of EXAMPLES) writeFileSync(join(folder, file), `export {}\n${code}`)
    const { stdout } = spawnSync(process.execPath, [TSC, '-p', '.'], { cwd: folder, encoding: 'utf8' })
    lines = stdout.split('\n')
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  /** Faults that the compiler found, of files that match. */
  const faultsOf = (file: RegExp) =>
    lines.filter((line) => /\(\d+,\d+\): error TS/.test(line) && file.test(line.split('(', 1)[0]!))

  it('takes every example of the pages', () => {
    expect(EXAMPLES.length).toBeGreaterThan(7)
    expect(faultsOf(/\.md-\d+\.ts$/)).toEqual([])
  })

  it('types payloads, reads, answers, events and codes', () => {
    expect(faultsOf(/right\.ts$/)).toEqual([])
  })

  it('sees each mistake', () => {
    const start = WRONG_HEAD.split('\n').length
    const found = new Set(faultsOf(/wrong\.ts$/).map((line) => Number(/\((\d+),/.exec(line)![1])))
    expect([...found].map((line) => WRONG[line - start])).toEqual(WRONG)
  })

  it('has no fault in its own declarations', () => {
    expect(faultsOf(/\.d\.ts$/)).toEqual([])
    expect(lines.filter((line) => line.startsWith('error'))).toEqual([])
  })
})

describe('the declarations', () => {
  it.each([
    ['client', []],
    ['engine', []],
    ['kernel', []],
    ['protocol', []],
    ['.', ['fastify']],
  ])('of medseal/%s import these packages alone: %j', (entry, expected) => {
    const seen = new Set<string>()
    const packages = new Set<string>()
    const look = (path: string): void => {
      if (seen.has(path)) return
      seen.add(path)
      for (const [, from] of readFileSync(path, 'utf8').matchAll(/\bfrom '([^']+)'/g)) {
        if (from!.startsWith('.')) look(join(path, '..', from!.replace(/\.[jt]s$/, '.d.ts')))
        else packages.add(from!)
      }
    }
    look(join(root, 'dist', entry, 'index.d.ts'))
    expect(seen.size).toBeGreaterThan(10)
    expect([...packages]).toEqual(expected)
  })
})
