/** The workflows' scenarios, played by the demo through the front door of its own node. */
import { assert, systemClock } from '../base/index.ts'
import { type Client, checkReceipt, createClient, signTransaction } from '../client/index.ts'
import { openMember } from './actors.ts'
import { AUDITOR } from './consortium.ts'
import { playScenario, SCENARIOS } from './scenarios/index.ts'

/** A scenario that went as it must. */
export interface ShownWorkflow {
  readonly title: string
  readonly stepCount: number
  /** What was refused on the way, and by which code. */
  readonly refused: readonly { readonly attempt: string; readonly code: string }[]
  /** Its last accepted step, whose receipt was checked offline against the genesis alone. */
  readonly proof: { readonly type: string; readonly index: number; readonly size: number }
}

export interface WorkflowOptions {
  readonly client: Client
  readonly url: string
  readonly data: string
  /** Exact bytes of the genesis file. */
  readonly genesis: Uint8Array
}

/** Plays every workflow through the front door. An answer that is not the one a step must have is a fault of ours. */
export async function playWorkflows({
  client,
  url,
  data,
  genesis,
}: WorkflowOptions): Promise<ShownWorkflow[]> {
  const { kernel, ledgerId } = client
  const signer = openMember(data, AUDITOR)
  const auditor = await createClient({ url, kernel, genesis, signer, actor: AUDITOR })
  const shown: ShownWorkflow[] = []
  for (const scenario of SCENARIOS) {
    let lastId = ''
    const steps = await playScenario(scenario, {
      kernel,
      ledgerId,
      now: () => systemClock.nowSeconds(),
      member: (id) => openMember(data, id),
      async send(draft, signer) {
        const signed = await signTransaction(draft, { kernel, ledgerId, signer })
        const [answer] = await client.submit([signed], { wait: 'committed' })
        if (answer!.status === 'accepted') lastId = signed.id
        return answer!
      },
    })
    for (const { who, does, told, answer } of steps) {
      assert(answer === told, `"${who} ${does}" was answered ${answer}, not ${told}`)
    }
    const verdict = checkReceipt(kernel, await auditor.receipt(lastId), genesis, lastId)
    assert(verdict.ok && verdict.status === 'accepted', `the last step of "${scenario.title}" is proven`)
    const refused = steps.filter(({ told }) => told !== 'accepted')
    shown.push({
      title: scenario.title,
      stepCount: steps.length,
      refused: refused.map(({ who, does, told }) => ({ attempt: `${who} ${does}`, code: told })),
      proof: { type: verdict.body.type, index: verdict.index, size: verdict.size },
    })
  }
  return shown
}
