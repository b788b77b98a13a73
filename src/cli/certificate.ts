/** `medseal certificate`: checks health certificates from a file or link, and prints the link and QR code of one. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { LedgerError, toHex } from '../base/index.ts'
import {
  type CertificateVerdict,
  certificateLink,
  checkCertificateFile,
  createClient,
  loadKernel,
  qrSvg,
  qrText,
} from '../client/index.ts'
import { hashDocument, parseCertificateFile, parseTime } from '../w3c/index.ts'
import { EXIT, UsageError } from './failure.ts'
import { addJsonOption, parseUrl, readTextFrom } from './options.ts'
import { formatTable, formatTime, printJson, printLines } from './output.ts'

const LINK = /^(https?:\/\/[^?#]+)\/c\/([0-9a-f]{64})$/
const HASH = /^[0-9a-f]{64}$/

function parseMoment(text: string): number {
  const seconds = /^\d{1,12}$/.test(text) ? Number(text) : parseTime(text)
  if (seconds !== undefined) return seconds
  throw new InvalidArgumentError('It must be unix seconds or a time such as 2026-03-01T08:00:00Z.')
}

async function readJsonFile(path: string): Promise<unknown> {
  const text = await readTextFrom(path)
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${path} is not JSON; a certificate's file is what /v1/certificate/files answers.`)
  }
}

async function fetchFile(url: string, hash: string): Promise<unknown> {
  const client = await createClient({ url, triesMax: 3 })
  const file = await client.certificateFile(hash)
  if (toHex(hashDocument(client.kernel, file.credential)) === hash) return file
  const message = 'The node answered with another certificate than the link names.'
  throw new LedgerError('content.credential', { message })
}

const HEADINGS: { readonly [State in CertificateVerdict['state']]: string } = {
  VALID: 'VALID: the certificate is genuine and in force.',
  NOT_YET_VALID: 'NOT YET VALID: the certificate is genuine, but its time has not begun.',
  EXPIRED: 'EXPIRED: the certificate is genuine, but its time has passed.',
  SUSPENDED: 'SUSPENDED: the institution has suspended this certificate.',
  REVOKED: 'REVOKED: the institution has revoked this certificate.',
  STATUS_UNKNOWN: 'STATUS UNKNOWN: issued, but there is no status list of the last 24 hours.',
  INVALID: 'INVALID: this certificate did not verify; do not rely on it.',
}

/** Lines for people. */
function describeCertificate(verdict: CertificateVerdict, now: number): string[] {
  const heading = HEADINGS[verdict.state]
  if (verdict.state === 'INVALID') return [heading, ...formatTable([['why', verdict.reason]])]
  const rows: [string, string][] = []
  if (verdict.unknownSince !== undefined) rows.push(['unknown since', formatTime(verdict.unknownSince)])
  if (verdict.holderName !== undefined) rows.push(['holder', verdict.holderName])
  rows.push(
    ['trades', verdict.trades.join(', ')],
    ['valid', `${formatTime(verdict.validFrom)} to ${formatTime(verdict.validUntil)}`],
    ['institution', verdict.institution],
    ['on the ledger', `${formatTime(verdict.issuedAt)}${verdict.final ? '' : ', not final yet'}`],
    ['checked for', formatTime(now)],
  )
  return [heading, ...formatTable(rows)]
}

async function check(
  source: string,
  options: { genesis: string; at?: number; json?: boolean },
): Promise<void> {
  const [, url, hash] = LINK.exec(source) ?? []
  const [kernel, genesis] = await Promise.all([loadKernel(), readFile(options.genesis)])
  const file = await (url === undefined ? readJsonFile(source) : fetchFile(url, hash!))
  const now = options.at ?? Math.floor(Date.now() / 1000)
  const verdict = await checkCertificateFile(kernel, file, genesis, now)
  if (options.json) printJson(verdict)
  else printLines(...describeCertificate(verdict, now))
  if (verdict.state !== 'VALID') process.exitCode = EXIT.failed
}

/** The link of a hash, of a link, or of the credential in a certificate's file. */
async function linkOf(source: string, url: string | undefined): Promise<string> {
  if (LINK.test(source)) return source
  if (url === undefined)
    throw new UsageError('where will the link lead? Give --url, the address of the node.')
  if (HASH.test(source)) return certificateLink(url, source)
  const { credential } = parseCertificateFile(await readJsonFile(source))
  return certificateLink(url, toHex(hashDocument(await loadKernel(), credential)))
}

async function printLink(source: string, options: { url?: string }): Promise<void> {
  printLines(await linkOf(source, options.url))
}

async function printQr(
  source: string,
  options: { url?: string; svg?: string; invert?: boolean },
): Promise<void> {
  const link = await linkOf(source, options.url)
  if (options.svg !== undefined) await writeFile(options.svg, `${qrSvg(link)}\n`)
  else printLines(qrText(link, options.invert), link)
}

const EXAMPLES = `
Examples:
  $ curl -s http://127.0.0.1:8080/v1/certificate/files/9f2c...07 > certificate.json
  $ medseal certificate check certificate.json --genesis genesis.json
  $ medseal certificate check https://check.example/c/9f2c...07 --genesis genesis.json
  $ medseal certificate qr 9f2c...07 --url https://check.example --svg card.svg`

export function addCertificateCommand(program: Command): void {
  const certificate = program
    .command('certificate')
    .description('check health certificates; print their links and QR codes')
    .addHelpText('after', EXAMPLES)
  const checking = certificate
    .command('check')
    .description("check a certificate's file without any node, or fetch it by its link and check it")
    .argument('<source>', 'file, - for stdin, or link')
    .requiredOption('--genesis <file>', 'genesis file of the ledger, the root of trust')
    .option('--at <time>', 'the moment to check for; now where absent', parseMoment)
    .addHelpText('after', '\nExit code 0 only where the certificate is valid; 1 for every other answer.')
    .action(check)
  addJsonOption(checking)
  certificate
    .command('link')
    .description('the link that a certificate has')
    .argument('<source>', 'hash of the credential, or file')
    .option('--url <url>', 'public address of the node', parseUrl)
    .action(printLink)
  certificate
    .command('qr')
    .description('the QR code of that link, as text or SVG')
    .argument('<source>', 'hash of the credential, link, or file')
    .option('--url <url>', 'public address of the node', parseUrl)
    .option('--svg <file>', 'write an SVG instead of text')
    .option('--invert', 'light on dark, for terminals with a dark ground')
    .action(printQr)
}
