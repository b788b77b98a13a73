/** The workflows' scenarios, played by the demo through the front door of its own node. */
import { assert, systemClock } from '../base/index.ts'
import { type Client, signTransaction } from '../client/index.ts'
import { openMember } from './actors.ts'
import { playScenario, SCENARIOS } from './scenarios/index.ts'

/** A scenario that went as it must. */
export interface ShownWorkflow {
  readonly title: string
  readonly stepCount: number
  /** What was refused on the way, and by which code. */
  readonly refused: readonly { readonly attempt: string; readonly code: string }[]
}

/** Plays every workflow through the front door. An answer that is not the one a step must have is a fault of ours. */
export async function playWorkflows(client: Client, data: string): Promise<ShownWorkflow[]> {
  const { kernel, ledgerId } = client
  const shown: ShownWorkflow[] = []
  for (const scenario of SCENARIOS) {
    const steps = await playScenario(scenario, {
      kernel,
      ledgerId,
      now: () => systemClock.nowSeconds(),
      member: (id) => openMember(data, id),
      async send(draft, signer) {
        const signed = await signTransaction(draft, { kernel, ledgerId, signer })
        const [answer] = await client.submit([signed], { wait: 'committed' })
        return answer!
      },
    })
    for (const { who, does, told, answer } of steps) {
      assert(answer === told, `"${who} ${does}" was answered ${answer}, not ${told}`)
    }
    const refused = steps.filter(({ told }) => told !== 'accepted')
    shown.push({
      title: scenario.title,
      stepCount: steps.length,
      refused: refused.map(({ who, does, told }) => ({ attempt: `${who} ${does}`, code: told })),
    })
  }
  return shown
}
