/**
 * Four members on one machine, each with a node and a real engine: transactions through each door, and kill -9 of each
 * process at random moments. `MEDSEAL_KILLS=1000` is the soak; `TEST_SEED=n` replays the draw, not the machine's timing.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { toHex } from '../../../src/base/index.ts'
import { ledgerIdOf, parseGenesis, trustOf, verifyReceipt } from '../../../src/protocol/index.ts'
import { createRandom } from '../../simulation/random.ts'
import { describeWith, NEEDS_COMETBFT } from '../../support/needs.ts'
import { agree, foundMembers, type Member, sleep, until } from './support/processes.ts'

const KILLS = Number(process.env['MEDSEAL_KILLS'] ?? 10)
const SEED = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

describeWith([NEEDS_COMETBFT], 'four members, four nodes, four engines', () => {
  const random = createRandom(SEED)
  let folder: string
  let members: Member[]
  const draft = () => ({ type: 'identity.enrol-subject', payload: { subject: toHex(random.bytes(32)) } })

  const placeOf = (answer: unknown) => {
    const { status, index, height } = answer as { status: string; index: number; height: number }
    return `${status} ${index} ${height}`
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'medseal-several-'))
    members = await foundMembers(folder)
    for (const member of members) member.start()
    for (const member of members) await member.ready()
  })
  afterAll(async () => {
    await Promise.all(members.map((member) => member.stop()))
    rmSync(folder, { recursive: true, force: true })
  })

  it('keep what each door took, and come to one root', async () => {
    const [hospital] = members as [Member]
    const ids: string[] = []
    const genesis = readFileSync(join(folder, 'genesis.json'))
    const { kernel } = await hospital.client(hospital)
    const trust = trustOf(kernel, parseGenesis(kernel, genesis), ledgerIdOf(kernel, genesis))
    for (const door of members) {
      const client = await door.client(hospital)
      const signed = await Promise.all(Array.from({ length: 20 }, () => client.sign(draft())))
      const answers = await client.submit(signed, { wait: 'final', timeoutSeconds: 30 })
      expect(answers.every(({ status }) => status === 'accepted')).toBe(true)
      ids.push(...signed.map(({ id }) => id))
    }
    await until('one root', 20, () => agree(members, ids.length))
    for (const door of members) {
      const client = await door.client(hospital)
      for (const id of ids.slice(0, 30)) {
        expect(await client.transaction(id)).toMatchObject({ status: 'accepted' })
      }
      // Proven offline from the genesis file, by more than two thirds of the members.
      const receipt = await client.receipt(ids[0]!)
      expect(verifyReceipt(client.kernel, receipt, trust)).toMatchObject({ id: ids[0], final: true })
    }
  })

  it('say who votes, who is connected and how far the order has come', async () => {
    interface Order {
      readonly height: number
    }
    const orderAt = async ({ url }: Member) => (await (await fetch(`${url}/v1/order`)).json()) as Order
    for (const member of members) {
      const others = members.filter((other) => other !== member)
      await until('its peers', 20, async () => (await member.metrics()).includes('medseal_order_peers 3'))
      expect(await orderAt(member)).toMatchObject({
        kind: 'cometbft',
        state: 'working',
        epoch: 0,
        engine: { name: 'CometBFT', version: 'v0.40.0' },
        voters: [...members]
          .sort((a, b) => (a.id < b.id ? -1 : 1))
          .map(({ id, founder }) => ({ member: id, orderKey: founder.orderKey })),
        peers: others.map(({ id }) => ({ member: id, connected: true })),
        misbehavior: [],
      })
    }
    const before = (await orderAt(members[0]!)).height
    await until(
      'the height to grow while nothing comes',
      10,
      async () => (await orderAt(members[0]!)).height > before,
    )
    expect(await members[0]!.metrics()).toMatch(/^medseal_order_working 1$/m)
  })

  it('answer the same transaction from two doors alike, and apply it once', async () => {
    const [hospital] = members as [Member]
    const clients = await Promise.all(members.map((door) => door.client(hospital)))
    const signed = await clients[0]!.sign(draft())
    const answers = await Promise.all(
      clients.map((client) => client.submit([signed], { wait: 'committed', timeoutSeconds: 30 })),
    )
    // Whether it is final yet may differ: each door answers once it has committed it.
    const places = answers.map(([answer]) => placeOf(answer))
    expect(new Set(places).size).toBe(1)
    expect(answers[0]![0]).toMatchObject({ status: 'accepted' })
  })

  it(
    `lose nothing and apply nothing twice in ${KILLS} kills`,
    async () => {
      const [hospital] = members as [Member]
      /** Acknowledged as committed: where it stands. */
      const acknowledged = new Map<string, string>()
      const counts = { node: 0, engine: 0, both: 0, 'turned away': 0 }
      let isOver = false
      async function work(door: Member): Promise<void> {
        while (!isOver) {
          try {
            const client = await door.client(hospital)
            const signed = [await client.sign(draft()), await client.sign(draft())]
            const answers = await client.submit(signed, { wait: 'committed', timeoutSeconds: 10 })
            for (const [i, { id }] of signed.entries()) acknowledged.set(id, placeOf(answers[i]))
          } catch {
            counts['turned away'] += 1
            await sleep(100)
          }
        }
      }
      const working = members.map(work)
      for (let kill = 0; kill < KILLS; kill++) {
        await sleep(random.integer(1_500))
        const member = random.pick(members)
        const what = random.pick(['node', 'engine', 'both'] as const)
        counts[what] += 1
        if (what !== 'node') member.killEngine()
        if (what !== 'engine') member.killNode()
        await sleep(random.integer(1_500))
        for (const one of members) if (!one.isRunning) one.start()
      }
      for (const member of members) await member.ready(60)
      await sleep(500)
      isOver = true
      await Promise.all(working)
      await until('one root', 30, () => agree(members, acknowledged.size))
      console.info(
        `seed ${SEED}, ${KILLS} kills, ${acknowledged.size} acknowledged: ${JSON.stringify(counts)}`,
      )
      expect(acknowledged.size).toBeGreaterThan(KILLS)
      expect(new Set(acknowledged.values()).size).toBe(acknowledged.size)
      for (const door of members) {
        const client = await door.client(hospital)
        for (const [id, place] of acknowledged) expect(placeOf(await client.transaction(id))).toBe(place)
      }
    },
    60_000 + 15_000 * KILLS,
  )

  it('wait while more than a third are away, say so, and go on when they are back', async () => {
    const [hospital, insurer, ...away] = members as [Member, Member, Member, Member]
    for (const member of away) member.killNode()
    for (const member of [hospital, insurer]) {
      await until('the rest to say so', 30, async () =>
        (await member.reasons()).includes('order lacks members'),
      )
    }
    const client = await hospital.client(hospital)
    await expect(client.submit([await client.sign(draft())])).rejects.toMatchObject({ code: 'order.away' })
    expect((await fetch(`${hospital.url}/v1/info`)).status).toBe(200)
    for (const member of away) member.start()
    for (const member of members) await member.ready(60)
    expect(await client.send(draft(), { wait: 'committed', timeoutSeconds: 30 })).toMatchObject({
      status: 'accepted',
    })
    await until('one root', 20, () => agree(members))
  }, 180_000)
})
