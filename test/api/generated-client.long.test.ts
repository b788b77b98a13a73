/**
 * A client that a generator makes from `/openapi.json` alone: strict TypeScript takes it, and against a node it submits,
 * reads with a token, and sends the token only where the document asks for one.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { generateApi } from 'swagger-typescript-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromHex, toHex, utf8 } from '../../src/base/index.ts'
import { signingKeyFromPem, signToken, signTransaction } from '../../src/client/index.ts'
import { loadKernel } from '../../src/kernel/index.ts'
import { type Running, run, startNode } from '../cli/command.ts'
import { findingsOf } from './support/lint.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

/** What is done with the generated client; its types are those of the document. */
const USE = `import { Api, type Receipt, type SubmissionResult } from './api.js'
const { url, token, request } = JSON.parse(process.env['GIVEN']!) as {
  url: string
  token: string
  request: { publicKey: string; signature: string; body: string }
}
const sent: string[] = []
const api = new Api<string>({
  baseUrl: url,
  securityWorker: (given) => (given === null ? {} : { headers: { authorization: \`Bearer \${given}\` } }),
  customFetch: (input, init) => {
    const path = new URL(String(input)).pathname.replace(/[0-9a-f]{64}/, 'ID')
    sent.push(\`\${path} \${new Headers(init?.headers).has('authorization')}\`)
    return fetch(input, init)
  },
})
const bare = await api.v1.readIdentityMe().catch((answer: { status: number; error: { code: string } }) => answer)
api.setSecurityData(token)
const submitted = await api.v1.submitTransactions(request, { wait: 'final' })
const result: SubmissionResult = submitted.data[0]!
const transaction = await api.v1.getTransaction(result.id!)
const receipt: Receipt = (await api.v1.getReceipt(result.id!)).data
const me = await api.v1.readIdentityMe()
const role: string = me.data.role
const info = await api.v1.getInfo()
const tile = await api.tile.getTile(0, '000.p/3', { format: 'blob' })
console.log(
  JSON.stringify({
    bare: 'error' in bare && [bare.status, bare.error.code],
    status: result.status,
    kept: transaction.data.status,
    receipt: Object.keys(receipt),
    me: [me.data.actor, role],
    node: info.data.node,
    tile: tile.data.size,
    sent,
  }),
)
`

const CONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'nodenext',
    strict: true,
    types: ['node'],
    skipLibCheck: true,
  },
  files: ['use.ts'],
}

describe('a client generated from /openapi.json', () => {
  let folder: string
  let node: Running & { url: string }
  let source: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-generated-'))
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    await run(['init', '--data', 'data', '--name', 'riverside', '--member', 'hospital=hospital'], {
      cwd: folder,
    })
    node = await startNode(['--data', 'data'], { cwd: folder })
    source = await (await fetch(`${node.url}/openapi.json`)).text()
  })

  afterAll(async () => {
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** A request and a token, signed by the hospital. */
  async function sign() {
    const kernel = await loadKernel()
    const signer = signingKeyFromPem(await readFile(join(folder, 'data/keys/hospital.pem'), 'utf8'))
    const info = (await (await fetch(`${node.url}/v1/info`)).json()) as {
      readonly ledgerId: string
      readonly origin: string
      readonly node: string
    }
    const payload = { subject: toHex(kernel.sha256(utf8('a patient'))) }
    const ledgerId = fromHex(info.ledgerId, 32)!
    const { entry } = await signTransaction(
      { type: 'identity.enrol-subject', payload },
      { kernel, ledgerId, signer },
    )
    const { origin, node: name } = info
    return {
      token: await signToken(signer, { actor: 'hospital', origin, node: name, url: node.url }),
      request: {
        publicKey: toHex(entry.subarray(1, 33)),
        signature: toHex(entry.subarray(33, 97)),
        body: Buffer.from(entry.subarray(97)).toString('base64'),
      },
    }
  }

  it('has a document to be made from in which a linter finds nothing', async () => {
    expect(await findingsOf(source)).toEqual([])
  })

  it('is strict TypeScript, submits and reads, and sends its token where it is asked for', async () => {
    const { files } = await generateApi({
      spec: JSON.parse(source),
      output: false,
      silent: true,
    })
    await writeFile(join(folder, 'api.ts'), files[0]!.fileContent)
    await writeFile(join(folder, 'use.ts'), USE)
    await writeFile(join(folder, 'package.json'), '{"type":"module"}')
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const compiled = await execute(process.execPath, [tsc, '-p', '.'], { cwd: folder }).catch(
      (error) => error,
    )
    expect(compiled.stdout).toBe('')
    const env = { ...process.env, GIVEN: JSON.stringify({ url: node.url, ...(await sign()) }) }
    const { stdout } = await execute(process.execPath, ['use.js'], { cwd: folder, env })
    expect(JSON.parse(stdout)).toEqual({
      bare: [401, 'token.missing'],
      status: 'accepted',
      kept: 'accepted',
      receipt: ['proof', 'entry', 'header', 'headerProof'],
      me: ['hospital', 'member'],
      node: 'hospital',
      tile: 96,
      sent: [
        '/v1/identity/me false',
        '/v1/transactions false',
        '/v1/transactions/ID true',
        '/v1/receipts/ID true',
        '/v1/identity/me true',
        '/v1/info false',
        '/tile/0/000.p/3 false',
      ],
    })
  })
})
