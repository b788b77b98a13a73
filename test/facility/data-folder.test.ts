/** What a facility keeps in its data folder is there again after a stop, also one in the middle of a line. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/base/index.ts'
import { Contents } from '../../src/facility/contents.ts'
import { openPerson, openRegister } from '../../src/facility/index.ts'
import { openJournal } from '../../src/facility/journal.ts'
import { keyPath } from '../../src/host/index.ts'
import { loadKernel } from '../../src/kernel/index.ts'
import { subjectOf } from '../../src/protocol/index.ts'

const kernel = await loadKernel()
const data = mkdtempSync(join(tmpdir(), 'medseal-facility-'))
mkdirSync(join(data, 'keys'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

describe('a journal', () => {
  it('goes on where it was, and a line that was cut off is as if never written', () => {
    const path = join(data, 'new', 'journal.jsonl')
    const first = openJournal<{ n: number }>(path)
    first.add({ n: 1 })
    first.close()
    appendFileSync(path, '{"n":2')
    const second = openJournal<{ n: number }>(path)
    expect(second.rows).toEqual([{ n: 1 }])
    second.add({ n: 3 })
    second.close()
    const third = openJournal<{ n: number }>(path)
    expect(third.rows).toEqual([{ n: 1 }, { n: 3 }])
    third.close()
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

describe('a person', () => {
  it('has the same keys ever after', () => {
    const made = openPerson(data, 'hospital:ann')
    const again = openPerson(data, 'hospital:ann')
    expect(again.encryptionKey).toBe(made.encryptionKey)
    expect(again.key.publicKey).toEqual(made.key.publicKey)
  })

  it('gets keys anew where a crash left an empty file', () => {
    const path = keyPath(data, 'hospital:ben')
    writeFileSync(path, '', { mode: 0o600 })
    const made = openPerson(data, 'hospital:ben')
    expect(openPerson(data, 'hospital:ben').key.publicKey).toEqual(made.key.publicKey)
  })
})

describe('the register of patients', () => {
  it('keeps the salt with which a subject is made again', () => {
    const path = join(data, 'import', 'register.jsonl')
    const patient = openPerson(data, 'hospital:ann')
    const first = openRegister(kernel, path)
    const subject = first.subjectOf(patient)
    first.close()
    const second = openRegister(kernel, path)
    expect(second.subjectOf(patient)).toBe(subject)
    second.close()
    const [row, ...others] = readFileSync(path, 'utf8').trim().split('\n')
    expect(others).toEqual([])
    const { salt } = JSON.parse(row!) as { readonly salt: string }
    expect(subjectOf(kernel, 'hospital', fromHex(salt)!, patient.key.publicKey)).toBe(subject)
  })
})

describe('what a record commits to', () => {
  it('is made once, and opens with the salt that was kept', async () => {
    const path = join(data, 'import', 'contents.jsonl')
    const patient = openPerson(data, 'hospital:ann')
    const bytes = new TextEncoder().encode('{}')
    const first = new Contents(path, undefined)
    const row = await first.commitTo('Observation-1', bytes, patient)
    first.close()
    const second = new Contents(path, undefined)
    expect(await second.commitTo('Observation-1', bytes, patient)).toEqual(row)
    expect(second.find('Observation-2')).toBeUndefined()
    second.close()
    expect(toHex(kernel.sha256(Buffer.concat([fromHex(row.salt!)!, bytes])))).toBe(row.contentHash)
  })
})
