/**
 * Rules by which a patient that lost its key comes back: two members that know it vouch for a new key; after
 * a delay the new key takes over, unless the old one, which then was not lost, says no. The delay needs no
 * transaction at its end: both keys carry their times.
 */
import type { Context, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { isDesk } from '../roles.ts'
import { Fields, Hash, PersonId, Signature } from '../schema.ts'
import { findWaitingRecovery, requireNewKey, setCurrentKey, startKey, vetoRecovery } from './keys.ts'
import {
  AGENTS,
  currentKey,
  findActor,
  KEYS,
  RECOVERIES,
  SUBJECTS,
  splitActor,
  VOUCHES,
  type VouchRow,
} from './state.ts'
import { linkedSubjects } from './subjects.ts'

interface Recover {
  readonly actor: string
  readonly publicKey: string
  readonly encryptionKey: string
}

export const recover = defineVerb({
  summary: 'A member that knows a patient vouches for its new key; the second such member starts the delay.',
  signers: 'a member that knows the patient: its key, employee',
  payload: Fields({ actor: PersonId, publicKey: Hash, encryptionKey: Hash, statement: Signature }),
  parties: ({ actor }, signer) => [{ actor }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    if (!isDesk(signer)) context.refuse('identity.role')
    const [member, local] = splitActor(payload.actor) as [string, string]
    const isPatient = findActor(context, payload.actor)?.role === 'patient'
    if (!isPatient || !knowsPatient(context, signer.member, payload.actor)) {
      context.refuse('identity.actor-unknown', { field: '/payload/actor' })
    }
    if (findWaitingRecovery(context, member, local) !== undefined) {
      context.refuse('identity.recovery-waits', { field: '/payload/actor' })
    }
    requireNewKey(context, payload.actor, currentKey(context, payload.actor), payload)
    if (isSameVouch(context, VOUCHES.get(state, member, local, signer.member))) {
      context.refuse('identity.vouched')
    }
    const { publicKey, encryptionKey } = payload
    VOUCHES.put(state, { publicKey, encryptionKey, at: time }, member, local, signer.member)
    const vouchers = listVouchers(context, member, local)
    if (vouchers.length >= 2) startRecovery(context, member, local, vouchers)
  },
})

export const vetoRecoveryVerb = defineVerb({
  summary: 'A patient that did not lose its key stops a recovery before it takes over.',
  signers: "the patient's old key",
  payload: Fields({ publicKey: Hash }),
  rule(context) {
    const { payload, signer } = context
    const [member, local] = splitActor(signer.actor)
    const waiting = local === undefined ? undefined : findWaitingRecovery(context, member, local)
    if (waiting?.publicKey !== payload.publicKey) {
      context.refuse('identity.recovery-unknown', { field: '/payload/publicKey' })
    }
    vetoRecovery(context, signer.actor)
  },
})

/** Members that vouch for the very keys of this transaction, lately enough. */
function listVouchers(context: RuleContext<Recover>, member: string, local: string): readonly string[] {
  const limit = context.parameter('vouchersMax')
  const rows = VOUCHES.list(context.state, [member, local], { limit })
  return rows.filter(({ value }) => isSameVouch(context, value)).map(({ id }) => id[0]!)
}

function isSameVouch(context: RuleContext<Recover>, vouch: VouchRow | undefined): boolean {
  const { publicKey, encryptionKey } = context.payload
  return (
    vouch !== undefined &&
    vouch.publicKey === publicKey &&
    vouch.encryptionKey === encryptionKey &&
    context.time <= vouch.at + context.parameter('vouchSeconds')
  )
}

function startRecovery(
  context: RuleContext<Recover>,
  member: string,
  local: string,
  vouchers: readonly string[],
): void {
  const { payload, state, time } = context
  const { actor, publicKey, encryptionKey } = payload
  const oldKey = currentKey(context, actor)!
  // An earlier recovery is history once another one starts: the key that it gave becomes the actor's own.
  setCurrentKey(context, actor, oldKey)
  const effectiveAt = time + context.parameter('recoveryDelaySeconds')
  startKey(context, actor, { publicKey, encryptionKey }, effectiveAt)
  const old = KEYS.get(state, oldKey)!
  if (old.until === undefined) KEYS.put(state, { ...old, until: effectiveAt }, oldKey)
  RECOVERIES.put(state, { oldKey, publicKey, effectiveAt, vouchers }, member, local)
}

/**
 * Whether a member knows a patient: it enrolled it, made one of its subjects or one joined to these, or
 * attested who is behind one.
 */
export function knowsPatient(context: Context, voucher: string, actor: string): boolean {
  const [member, local] = splitActor(actor)
  if (voucher === member) return true
  if (local === undefined) return false
  const limit = context.parameter('linksMax')
  const own = AGENTS.indexes.ofActor.list(context.state, [member, local], { limit }).map(({ id }) => id[0]!)
  return own
    .flatMap((subject) => [subject, ...linkedSubjects(context, subject)])
    .some((subject) => {
      const row = SUBJECTS.get(context.state, subject)
      return (
        row?.facility === voucher || (row?.verification && splitActor(row.verification.by)[0] === voucher)
      )
    })
}
