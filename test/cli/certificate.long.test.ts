/** Certificates checked by the command, from a file and from a link, and their links and QR codes. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CertificateOffice, PreparedCertificate } from '../../src/client/index.ts'
import { formatTime } from '../../src/w3c/index.ts'
import { DAY, type ExamDoor, openExamDoor } from '../api/support/exam-door.ts'
import { type Finished, run } from './command.ts'

describe('medseal certificate', () => {
  let door: ExamDoor
  let office: CertificateOffice
  let certificate: PreparedCertificate
  let folder: string
  let url: string
  const medseal = (...args: readonly string[]): Promise<Finished> =>
    run(['certificate', ...args], { cwd: folder })
  const check = (source: string, now = door.clock.now, ...flags: readonly string[]): Promise<Finished> =>
    medseal('check', source, '--genesis', 'genesis.json', '--at', formatTime(now), ...flags)
  const save = async (): Promise<{ receipt: { entry: string } }> => {
    const file = (await door.get(`/v1/certificate/files/${certificate.hash}`)).json()
    await writeFile(join(folder, 'certificate.json'), JSON.stringify(file))
    return file
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-certificate-'))
    door = await openExamDoor()
    await door.app.listen({ host: '127.0.0.1', port: 0 })
    url = `http://127.0.0.1:${(door.app.server.address() as AddressInfo).port}`
    office = await door.office(url)
    certificate = await door.issue(office)
    await office.publishStatusLists()
    await writeFile(join(folder, 'genesis.json'), door.genesisBytes)
    await save()
  })
  afterAll(async () => {
    await door?.app.close()
    await door?.node.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('finds a sound certificate valid, with no node to ask', async () => {
    const { code, stdout, stderr } = await check('certificate.json')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('VALID: the certificate is genuine and in force.')
    for (const words of ['王小明', 'food, drinking-water', 'hospital', formatTime(door.clock.now)]) {
      expect(stdout).toContain(words)
    }
    expect(JSON.parse((await check('certificate.json', door.clock.now, '--json')).stdout)).toMatchObject({
      state: 'VALID',
    })
  })

  it('says what else a certificate may be, and fails for all of it', async () => {
    const later = await check('certificate.json', door.clock.now + 2 * DAY)
    expect(later).toMatchObject({ code: 1, stdout: expect.stringContaining('STATUS UNKNOWN') })
    expect(later.stdout).toContain(`unknown since  ${formatTime(door.clock.now)}`)
    const expired = await check('certificate.json', door.clock.now + 400 * DAY)
    expect(expired).toMatchObject({ code: 1, stdout: expect.stringContaining('EXPIRED') })
    const early = await check('certificate.json', door.clock.now - 1)
    expect(early).toMatchObject({ code: 1, stdout: expect.stringContaining('NOT YET VALID') })
  })

  it('finds altered and malformed files invalid', async () => {
    const file = await save()
    const altered = { ...file, receipt: { ...file.receipt, entry: 'AAAA' } }
    for (const content of [altered, {}, [], null, { ...file, credential: [] }]) {
      await writeFile(join(folder, 'altered.json'), JSON.stringify(content))
      const { code, stdout } = await check('altered.json')
      expect(stdout).toContain('INVALID: this certificate did not verify')
      expect(code).toBe(1)
    }
    await writeFile(join(folder, 'altered.json'), 'no JSON')
    expect(await check('altered.json')).toMatchObject({ code: 2, stdout: '' })
    expect(await check('missing.json')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such file'),
    })
    expect((await medseal('check', 'certificate.json')).code).toBe(2)
    const wrongTime = ['check', 'certificate.json', '--genesis', 'genesis.json', '--at', 'noon']
    expect((await medseal(...wrongTime)).code).toBe(2)
  })

  it('follows a link', async () => {
    expect(await check(certificate.link)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('VALID:'),
    })
    const missing = await check(`${url}/c/${'ab'.repeat(32)}`)
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('read.not-found') })
  })

  it('prints link and QR code', async () => {
    const link = `https://check.example/c/${certificate.hash}`
    for (const source of [certificate.hash, 'certificate.json', link]) {
      const { stdout } = await medseal('link', source, '--url', 'https://check.example/')
      expect(stdout).toBe(`${link}\n`)
    }
    expect((await medseal('link', certificate.hash)).code).toBe(2)
    const { stdout } = await medseal('qr', link)
    expect(stdout).toMatch(/[█▀▄]{10}/)
    expect(stdout).toContain(link)
    expect((await medseal('qr', link, '--svg', 'card.svg')).code).toBe(0)
    expect(await readFile(join(folder, 'card.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s)
  })
})
