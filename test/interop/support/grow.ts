/** A log that grows, for clients that audit it. */
import { toHex } from '../../../src/base/index.ts'
import { type Client, createClient } from '../../../src/client/index.ts'
import { keyPath, readSigningKey } from '../../../src/host/index.ts'

/** Enrols so many subjects at the node of `hospital`, final; the client that did. */
export async function enrolSubjects(url: string, data: string, count: number): Promise<Client> {
  const client = await createClient({
    url,
    signer: readSigningKey(keyPath(data, 'hospital')),
    actor: 'hospital',
  })
  const signed = await Promise.all(
    Array.from({ length: count }, () => {
      const subject = toHex(crypto.getRandomValues(new Uint8Array(32)))
      return client.sign({ type: 'identity.enrol-subject', payload: { subject } })
    }),
  )
  await client.submit(signed, { wait: 'final' })
  return client
}
