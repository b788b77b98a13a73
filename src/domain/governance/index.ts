/** How the consortium changes itself. docs/domain/governance.md. */
import { assert, HOUR_SECONDS, YEAR_SECONDS } from '../../base/index.ts'
import type { Genesis } from '../../protocol/index.ts'
import { PARAMETERS } from '../context.ts'
import type { DomainModule, StateReader, StateWriter } from '../contract.ts'
import { reads } from './reads.ts'
import { approve, propose, signalRules, withdraw } from './rules.ts'
import { APPROVALS, FOUNDERS, listNodes, NODES, PROPOSALS, SETTINGS, SIGNALS, settingAt } from './state.ts'
import { lookAhead } from './upcoming.ts'

export const governance: DomainModule = {
  name: 'governance',
  summary: 'Members, nodes, quorum, parameters and rules version, changed by the founding class.',
  verbs: { propose, approve, withdraw, 'signal-rules': signalRules },
  reads,
  tables: [FOUNDERS, NODES, SETTINGS, PROPOSALS, APPROVALS, SIGNALS, PARAMETERS],
  parameters: {
    approvalPermille: {
      default: 667,
      min: 501,
      max: 1_000,
      meaning:
        'Approvals needed, in thousandths of the active founding members. 667 is more than two thirds for up to 1,000 members.',
    },
    proposalSeconds: {
      default: 2_592_000,
      min: HOUR_SECONDS,
      max: YEAR_SECONDS,
      meaning: 'How long a proposal may be approved. Seconds; 30 days.',
    },
    seatsMax: {
      default: 1_000,
      min: 256,
      max: 1_000,
      meaning:
        'Founding members, and members with nodes. Each decision looks at all of them; genesis has room for fewer than 256.',
    },
  },
  ports: {
    'governance.trust': (context) => () => {
      const nodes = listNodes(context, context.height)
        .filter(({ member }) => context.port('identity.member')(member)?.active)
        .map(({ member, keys }) => ({ member, logKey: keys.logKey!, cosignerKey: keys.cosignerKey! }))
      // The rules never let the last one go: where none is found, a damaged store hides it.
      assert(nodes.length > 0, 'a ledger has a node')
      return { quorum: settingAt(context.state, 'quorum', context.height), nodes }
    },
    'governance.voters': (context) => () =>
      listNodes(context, context.height).flatMap(({ member, keys: { orderKey } }) => {
        const isActive = context.port('identity.member')(member)?.active === true
        return isActive && orderKey !== undefined ? [{ member, orderKey }] : []
      }),
    'governance.rules': (context) => () => lookAhead(context),
  },
  needs: [
    'identity.member',
    'identity.requireMemberKey',
    'identity.requireNodeKey',
    'identity.requireOrderKey',
    'identity.putMember',
    'identity.putMemberName',
    'identity.putMemberKey',
    'identity.putMemberStatus',
    'identity.putNodeKey',
    'settlement.requireIssuer',
    'settlement.putIssuer',
  ],
  genesis: writeGenesis,
}

/** All members of genesis found the consortium. */
function writeGenesis(genesis: Genesis, state: StateWriter): void {
  SETTINGS.put(state, { value: genesis.quorum }, 'quorum')
  SETTINGS.put(state, { value: 1 }, 'rules-version')
  for (const { id, logKey, cosignerKey, orderKey } of genesis.members) {
    FOUNDERS.put(state, { since: genesis.time }, id)
    if (logKey !== undefined && cosignerKey !== undefined) {
      const keys = { logKey, cosignerKey, ...(orderKey !== undefined && { orderKey }) }
      NODES.put(state, { value: keys }, id)
    }
  }
}

/** Which version of the rules executes the block of `height`, from the whole state before it. */
export const rulesVersionAt = (state: StateReader, height: number): number =>
  settingAt(state, 'rules-version', height)
