/**
 * Clients in other languages, written from the docs alone (docs/interop.md): each plays a whole course against a real
 * node, and each checks what the others were given. Skipped where a language is not there.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Server, startServer } from '../../src/api/index.ts'
import { systemClock } from '../../src/base/index.ts'
import { checkReceipt, loadKernel } from '../../src/client/index.ts'
import { initData, loadConfig } from '../../src/host/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import { describeWith, NEEDS_CRYPTOGRAPHY, NEEDS_GO } from '../support/needs.ts'
import { type BentNode, type Lie, startBentNode } from './bent-node.ts'
import { enrolSubjects } from './support/grow.ts'

const run = promisify(execFile)
const PAGE = fileURLToPath(new URL('../../docs/protocol-example.md', import.meta.url))
const TABLES = fileURLToPath(new URL('../vectors', import.meta.url))

/** What both say of the whole course. How many ways there are to alter a receipt depends on its length. */
const COURSE = [
  'the ledger id is that of the genesis file',
  'a new doctor is enrolled with a key made here',
  'a batch is committed: one accepted, one refused with record.exists',
  'turned away: form.syntax',
  'sent again it has the result it had, and is final',
  `the record is read with a token; others: 401 token.missing${', 401 token.invalid'.repeat(4)}`,
  'the receipt is genuine and final',
  'the receipt of the refusal is genuine, code 1103',
  expect.stringMatching(/^refused when altered: \d{4} ways$/),
  'the event of it comes from the stream',
  'audited: tiles and entries give the signed root, blocks and signatures hold',
  'the chain of trust is followed, and receipts before and after it hold',
  'bent chains are refused, and so is a new key before its time: no log key signed',
  'audited: tiles and entries give the signed root, blocks and signatures hold',
]

type Speak = (...args: readonly string[]) => Promise<string[]>

/** Runs a command; its lines. */
const speak =
  (command: string, ...first: readonly string[]): Speak =>
  async (...args) => {
    const { stdout } = await run(command, [...first, ...args])
    return stdout.trimEnd().split('\n')
  }

const makePython = async (): Promise<Speak> =>
  speak('python3', '-B', join(import.meta.dirname, 'python', 'client.py'))

const makeGo = async (folder: string): Promise<Speak> => {
  const from = join(import.meta.dirname, 'go')
  const files = (await readdir(from)).map((file) => join(from, file))
  const env = { ...process.env, GO111MODULE: 'off', GOFLAGS: '', GOCACHE: join(folder, 'cache') }
  await run('go', ['build', '-o', join(folder, 'client'), ...files], { env })
  return speak(join(folder, 'client'))
}

/** Flips a bit of the byte at `at`; counted from the end where it is negative. */
const flipped =
  (at: number) =>
  (answer: Buffer): Buffer => {
    const bent = Buffer.from(answer)
    bent[at < 0 ? bent.length + at : at]! ^= 1
    return bent
  }
const replaced =
  (pattern: RegExp, by: string) =>
  (answer: Buffer): Buffer =>
    Buffer.from(answer.toString().replace(pattern, by))

/** What a node may say that is not so, and what a client says to it. */
const LIES: readonly (Lie & { readonly what: string; readonly answer: RegExp })[] = [
  {
    what: 'another ledger',
    path: '/v1/info',
    bend: replaced(/"ledgerId":"..../, '"ledgerId":"0000'),
    answer: /keeps another ledger/,
  },
  {
    what: 'another entry in a receipt',
    path: '/v1/receipts/',
    bend: replaced(/"entry":"A/, '"entry":"B'),
    answer: /does not lead to the root/,
  },
  { what: 'another leaf hash', path: '/tile/0/', bend: flipped(5), answer: /tiles do not give the root/ },
  { what: 'another node', path: '/tile/1/', bend: flipped(-1), answer: /tile above differs/ },
  {
    what: 'another leaf',
    path: '/tile/entries/',
    bend: flipped(-1),
    answer: /entries do not give the root/,
  },
  {
    what: 'another size in a checkpoint',
    path: '/checkpoint',
    bend: replaced(/\n(?=\d)/, '\n1'),
    answer: /a false signature of riverside/,
  },
  {
    what: 'another quorum in the chain of trust',
    path: '/trust.json',
    bend: replaced(/"quorum":1/, '"quorum":2'),
    answer: /a step that its checkpoint does not state/,
  },
]

let folder: string
let server: Server
let bent: BentNode

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medseal-interop-'))
  const members = [
    { id: 'hospital', roles: ['hospital'] as const },
    { id: 'insurer', roles: ['insurer'] as const },
    { id: 'audit', roles: ['auditor'] as const },
  ]
  const actors = [{ id: 'hospital:dr-wang', member: 'hospital', role: 'doctor' as const }]
  initData(
    await loadKernel(),
    join(folder, 'data'),
    planConsortium({ name: 'riverside', node: 'hospital', members, actors }, systemClock),
  )
  bent = await startBentNode()
  const flags = {
    data: join(folder, 'data'),
    port: '0',
    threads: '1',
    logLevel: 'error',
    publicUrls: bent.url,
  }
  server = await startServer(loadConfig({ flags }))
  bent.target = server.url
  // So many that there are tiles above the lowest ones.
  await enrolSubjects(server.url, join(folder, 'data'), 700)
})
afterAll(async () => {
  bent?.close()
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

const clients = [
  { name: 'python', needs: [NEEDS_CRYPTOGRAPHY], make: makePython },
  { name: 'go', needs: [NEEDS_GO], make: makeGo },
]
for (const { name, needs, make } of clients) {
  describeWith(needs, name, () => {
    let client: Speak
    const out = (file: string) => join(folder, name, file)
    const genesis = () => join(folder, 'data', 'genesis.json')
    beforeAll(async () => {
      await mkdir(out(''))
      client = await make(out(''))
    }, 300_000)

    it('agrees with the example of the protocol and with the vectors of others', async () => {
      expect(await client('vectors', PAGE, TABLES)).toEqual([
        'docs/protocol-example.md agrees',
        'refused when altered: 2059 ways',
        'signatures agree with ZIP-215: 163',
        'inclusion proofs agree with RFC 9162: 98',
      ])
    })

    it('does not agree with an example of which one digit differs', async () => {
      const page = await readFile(PAGE, 'utf8')
      await writeFile(
        out('page.md'),
        page.replace(
          '"nonce":"00000000000000000000000000000001"',
          '"nonce":"10000000000000000000000000000001"',
        ),
      )
      await expect(client('vectors', out('page.md'), TABLES)).rejects.toThrow(/signing input/)
    })

    it('signs, sends, reads, checks, audits and follows the chain of trust', async () => {
      expect(await client('play', bent.url, join(folder, 'data'), out(''))).toEqual(COURSE)
    })

    it.each(LIES)('believes no node that says $what', async ({ answer, ...lie }) => {
      bent.lie = lie
      try {
        await expect(client('play', bent.url, join(folder, 'data'), out(''))).rejects.toThrow(answer)
      } finally {
        bent.lie = undefined
      }
    })

    it('was given a receipt that the SDK finds genuine, and finds genuine itself what it wrote', async () => {
      const [receipt, trust, id] = await Promise.all(
        ['receipt.json', 'trust.json', 'id'].map((file) => readFile(out(file), 'utf8')),
      )
      const verdict = checkReceipt(
        await loadKernel(),
        JSON.parse(receipt!),
        await readFile(genesis()),
        id,
        JSON.parse(trust!),
      )
      expect(verdict).toMatchObject({ ok: true, status: 'accepted', final: true })
      const files = [genesis(), out('trust.json'), out('receipt.json')]
      expect(await client('check', ...files, id!)).toEqual(['genuine and final'])
      await expect(client('check', ...files, 'ab'.repeat(32))).rejects.toThrow(/another transaction/)
    })
  })
}
