/** A node of an exam institution behind its HTTP door, and the institution's desk for certificates at it. */
import type { Clock } from '../../../src/base/index.ts'
import {
  type CertificateDraft,
  CertificateOffice,
  createClient,
  type PreparedCertificate,
  signingKeyFromSeed,
} from '../../../src/client/index.ts'
import { secretOf } from '../../ledger/support/consortium.ts'
import { kernel, NODE_URL } from '../../node/support/world.ts'
import { openDoor, type TestDoor, toRequest } from './door.ts'

export const DAY = 86_400
export const INSTITUTION = 'hospital'
export const institutionKey = signingKeyFromSeed(secretOf(INSTITUTION))

export interface ExamDoor extends TestDoor {
  /** Subject of `hospital:patient`. */
  readonly holder: string
  office(publicUrl?: string, clock?: Clock): Promise<CertificateOffice>
  /** Signs a certificate for the holder on an exam of its own, and sends nothing of it. */
  prepare(office: CertificateOffice, draft?: Partial<CertificateDraft>): Promise<PreparedCertificate>
  /** The same, on the ledger and put up. */
  issue(office: CertificateOffice, draft?: Partial<CertificateDraft>): Promise<PreparedCertificate>
}

/** `fetch` that asks the application without a socket. */
function fetchOf({ app }: TestDoor): typeof fetch {
  return async (input, init) => {
    const { pathname, search } = new URL(String(input))
    const { statusCode, headers, rawPayload } = await app.inject({
      method: (init?.method ?? 'GET') as 'GET',
      url: `${pathname}${search}`,
      headers: init?.headers as Record<string, string>,
      ...(init?.body && { payload: Buffer.from(init.body as Uint8Array) }),
    })
    const kept = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string])
    const body = [204, 304].includes(statusCode) ? null : Uint8Array.from(rawPayload)
    return new Response(body, { status: statusCode, headers: kept })
  }
}

export async function openExamDoor(): Promise<ExamDoor> {
  const door = await openDoor({ hospitalRoles: ['hospital', 'exam-institution'] })
  const { clock, sign } = door
  const holder = door.subject('hospital:patient')
  const must = async (...transaction: Parameters<typeof sign>) => {
    const [result] = (await door.post(toRequest(sign(...transaction)))).json()
    if (result.status !== 'accepted') throw new Error(`${transaction[1]}: ${result.code}`)
  }
  await must('hospital', 'identity.enrol-subject', { subject: holder, patient: 'hospital:patient' })
  let count = 0
  const prepare: ExamDoor['prepare'] = async (office, draft = {}) => {
    const number = ++count
    const exam = { examId: `exam-${number}`, subject: holder, disqualifying: false, doctor: 'hospital:dr-li' }
    const items = { private: { items: ['chest x-ray', 'stool culture'] } }
    await must('hospital', 'certificate.record-exam', { ...exam, specimenAt: clock.now }, items)
    return office.prepare({
      certId: `cert-${number}`,
      examId: exam.examId,
      subject: holder,
      holderName: '王小明',
      trades: ['food', 'drinking-water'],
      validFrom: clock.now,
      validUntil: clock.now + 300 * DAY,
      statusIndex: 1_000 + number,
      ...draft,
    })
  }
  return {
    ...door,
    holder,
    prepare,
    async office(publicUrl = 'https://check.example', officeClock: Clock = clock) {
      const client = await createClient({
        url: NODE_URL,
        fetch: fetchOf(door),
        signer: institutionKey,
        actor: INSTITUTION,
        clock: officeClock,
        kernel,
        triesMax: 1,
      })
      const desk = { institution: INSTITUTION, key: institutionKey, publicUrl, clock: officeClock }
      return new CertificateOffice(client, desk)
    },
    async issue(office, draft) {
      const prepared = await prepare(office, draft)
      await office.issue(prepared)
      return prepared
    },
  }
}

/** A node's answer as a stranger would alter it: one character of a text replaced. */
export const flip = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
