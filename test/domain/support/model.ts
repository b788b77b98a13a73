/**
 * What identity and record should do, said a second time, plainly, over sets and maps: no state keys, no tables, no
 * intervals. `apply` predicts the outcome of an operation and takes it.
 */
import { hashOf, keyOf, statementOf } from './keys.ts'
import { GENESIS_TIME } from './world.ts'

/** An operation: who signs (a key by name), and what. Keys, actors, subjects and records are named from small pools. */
export type Operation =
  | { do: 'enrol'; by: string; actor: string; role: 'patient' | 'doctor'; key: string; forged: boolean }
  | { do: 'rotate'; by: string; key: string; forged: boolean }
  | { do: 'revoke'; by: string; actor: string; key: string }
  | { do: 'suspend' | 'restore'; by: string; actor: string }
  | { do: 'enrol-subject'; by: string; subject: string; patient: string | undefined }
  | { do: 'link'; by: string; subject: string; other: string }
  | { do: 'verify'; by: string; subject: string; key: string; insured: string }
  | { do: 'anchor' | 'import'; by: string; record: string; subject: string }
  | { do: 'amend'; by: string; record: string; subject: string; supersedes: number }

interface ModelActor {
  role: string
  suspended: boolean
  /** Name of the key; `alive` until revoked or replaced. */
  key: string
  alive: boolean
}

const memberOf = (actor: string) => actor.split(':')[0]!

export class Model {
  readonly actors = new Map<string, ModelActor>()
  readonly usedKeys = new Set<string>()
  readonly subjects = new Map<string, { facility: string; agents: Set<string>; insured?: string }>()
  readonly links = new Set<string>()
  readonly records = new Map<string, { subject: string; versions: number }>()

  constructor(members: readonly string[], actors: readonly (readonly [id: string, role: string])[]) {
    for (const member of members) this.add(member, 'member', member)
    for (const [id, role] of actors) this.add(id, role, id)
  }

  private add(id: string, role: string, key: string): void {
    this.actors.set(id, { role, suspended: this.actors.get(id)?.suspended ?? false, key, alive: true })
    this.usedKeys.add(key)
  }

  /** Whose key this is now, or was last. */
  private holder(key: string): string | undefined {
    return [...this.actors].find(([, actor]) => actor.key === key)?.[0]
  }

  isActive(key: string): boolean {
    const actor = this.actors.get(this.holder(key) ?? '')
    return actor?.alive === true && !actor.suspended
  }

  actsFor(actor: string, subject: string): boolean {
    const isAgent = (name: string) => this.subjects.get(name)?.agents.has(actor) ?? false
    const joined = [...this.subjects.keys()].filter(
      (other) => this.links.has(`${subject}>${other}`) && this.links.has(`${other}>${subject}`),
    )
    return [subject, ...joined].some(isAgent)
  }

  apply(operation: Operation): string {
    if (!this.usedKeys.has(operation.by)) return 'unknown'
    const signer = this.holder(operation.by)
    if (signer === undefined || !this.isActive(operation.by)) return 'inactive'
    const role = this.actors.get(signer)!.role
    switch (operation.do) {
      case 'enrol':
        return this.enrol(operation, signer, role)
      case 'rotate':
        return this.rotate(operation, signer)
      case 'revoke':
        return this.revoke(operation, signer, role)
      case 'suspend':
      case 'restore':
        return this.suspend(operation, signer, role)
      case 'enrol-subject':
        return this.enrolSubject(operation, signer, role)
      case 'link':
        return this.link(operation, signer)
      case 'verify':
        return this.verify(operation, signer, role)
      case 'anchor':
      case 'import':
        return this.anchor(operation, signer, role)
      case 'amend':
        return this.amend(operation, signer, role)
    }
  }

  private newKeyFault(key: string, forged: boolean): string | undefined {
    if (this.usedKeys.has(key)) return 'identity.key-used'
    return forged ? 'identity.statement-invalid' : undefined
  }

  private enrol(o: Operation & { do: 'enrol' }, signer: string, role: string): string {
    if (role !== 'member' && !(role === 'employee' && o.role === 'patient')) return 'identity.role'
    if (memberOf(signer) === 'SS' && o.role === 'doctor') return 'identity.role-unfit'
    if (memberOf(o.actor) !== memberOf(signer)) return 'identity.foreign-member'
    const before = this.actors.get(o.actor)
    const mayReplace = before !== undefined && !before.alive && before.role === o.role && o.role !== 'patient'
    if (before !== undefined && !mayReplace) return 'identity.actor-exists'
    const fault = this.newKeyFault(o.key, o.forged)
    if (fault !== undefined) return fault
    this.add(o.actor, o.role, o.key)
    return 'ok'
  }

  private rotate(o: Operation & { do: 'rotate' }, signer: string): string {
    const fault = this.newKeyFault(o.key, o.forged)
    if (fault !== undefined) return fault
    this.add(signer, this.actors.get(signer)!.role, o.key)
    return 'ok'
  }

  private revoke(o: Operation & { do: 'revoke' }, signer: string, role: string): string {
    const mayRevoke = signer === o.actor || (role === 'member' && memberOf(o.actor) === signer)
    if (!mayRevoke) return 'identity.foreign-member'
    const actor = this.actors.get(o.actor)
    if (actor === undefined || actor.key !== o.key || !actor.alive) return 'identity.key-inactive'
    actor.alive = false
    return 'ok'
  }

  private suspend(o: Operation & { do: 'suspend' | 'restore' }, signer: string, role: string): string {
    if (role !== 'member') return 'identity.role'
    if (memberOf(o.actor) !== signer) return 'identity.foreign-member'
    const actor = this.actors.get(o.actor)
    if (actor === undefined) return 'identity.actor-unknown'
    const suspend = o.do === 'suspend'
    if (actor.suspended === suspend) return suspend ? 'identity.suspended' : 'identity.not-suspended'
    actor.suspended = suspend
    return 'ok'
  }

  private enrolSubject(o: Operation & { do: 'enrol-subject' }, signer: string, role: string): string {
    const facility = memberOf(signer)
    if (facility === 'SS' || role === 'patient') return 'identity.role'
    const before = this.subjects.get(o.subject)
    if (before !== undefined) {
      const mayName = before.facility === facility && before.agents.size === 0 && o.patient !== undefined
      if (!mayName) return 'identity.subject-exists'
    }
    if (o.patient !== undefined) {
      const patient = this.actors.get(o.patient)
      const fits =
        patient?.role === 'patient' && this.isActive(patient.key) && memberOf(o.patient) === facility
      if (!fits) return 'identity.patient-unfit'
    }
    const subject = before ?? { facility, agents: new Set<string>() }
    if (o.patient !== undefined) subject.agents.add(o.patient)
    this.subjects.set(o.subject, subject)
    return 'ok'
  }

  private link(o: Operation & { do: 'link' }, signer: string): string {
    if (o.subject === o.other) return 'identity.link-self'
    if (!this.subjects.get(o.subject)?.agents.has(signer)) return 'identity.not-yours'
    if (this.links.has(`${o.subject}>${o.other}`)) return 'identity.link-exists'
    this.links.add(`${o.subject}>${o.other}`)
    return 'ok'
  }

  private verify(o: Operation & { do: 'verify' }, signer: string, role: string): string {
    if (memberOf(signer) !== 'SS' || !['member', 'employee'].includes(role)) return 'identity.role'
    const subject = this.subjects.get(o.subject)
    if (subject === undefined) return 'identity.subject-unknown'
    const holder = this.holder(o.key)
    if (holder === undefined || !this.isActive(o.key) || this.actors.get(holder)!.role !== 'patient') {
      return 'identity.patient-unfit'
    }
    if (subject.insured !== undefined && subject.insured !== o.insured) return 'identity.insured-differs'
    subject.insured = o.insured
    subject.agents.add(holder)
    return 'ok'
  }

  private anchor(o: Operation & { do: 'anchor' | 'import' }, signer: string, role: string): string {
    if (o.do === 'anchor') {
      if (role === 'patient' || role === 'employee') return 'record.role'
      if (this.subjects.get(o.subject)?.facility !== memberOf(signer)) return 'record.not-facility'
    } else if (!this.actsFor(signer, o.subject)) return 'record.not-yours'
    const ref = `${o.do === 'anchor' ? memberOf(signer) : signer}:${o.record}`
    if (this.records.has(ref)) return 'record.exists'
    this.records.set(ref, { subject: o.subject, versions: 1 })
    return 'ok'
  }

  private amend(o: Operation & { do: 'amend' }, signer: string, role: string): string {
    if (role === 'employee') return 'record.role'
    const record = this.records.get(`${role === 'patient' ? signer : memberOf(signer)}:${o.record}`)
    if (record?.subject !== o.subject) return 'record.unknown'
    if (record.versions !== o.supersedes) return 'record.not-latest'
    record.versions += 1
    return 'ok'
  }
}

/** The transaction that an operation stands for. `signer` is the actor behind its key, where it has one. */
export function transactionOf(o: Operation, signer: string): { type: string; payload: unknown } {
  const content = { contentHash: hashOf('content') }
  switch (o.do) {
    case 'enrol': {
      const statement = statementOf(o.forged ? 'H1:forged' : o.actor, keyOf(o.key))
      const { publicKey } = keyOf(o.key)
      const payload = { actor: o.actor, role: o.role, publicKey, encryptionKey: hashOf(o.key), statement }
      return { type: 'identity.enrol', payload }
    }
    case 'rotate': {
      const statement = statementOf(signer, keyOf(o.key), o.forged ? undefined : keyOf(o.by))
      return { type: 'identity.rotate-key', payload: { publicKey: keyOf(o.key).publicKey, statement } }
    }
    case 'revoke':
      return { type: 'identity.revoke-key', payload: { actor: o.actor, key: keyOf(o.key).publicKey } }
    case 'suspend':
    case 'restore':
      return { type: `identity.${o.do}`, payload: { actor: o.actor } }
    case 'enrol-subject': {
      const subject = hashOf(o.subject)
      const payload = o.patient === undefined ? { subject } : { subject, patient: o.patient }
      return { type: 'identity.enrol-subject', payload }
    }
    case 'link':
      return { type: 'identity.link', payload: { subject: hashOf(o.subject), other: hashOf(o.other) } }
    case 'verify': {
      const payload = {
        subject: hashOf(o.subject),
        publicKey: keyOf(o.key).publicKey,
        insured: hashOf(o.insured),
      }
      return { type: 'identity.verify', payload }
    }
    case 'anchor':
    case 'import': {
      const record = {
        recordId: o.record,
        subject: hashOf(o.subject),
        kind: 'Encounter',
        encounterAt: GENESIS_TIME,
      }
      return { type: `record.${o.do}`, payload: { ...record, ...content } }
    }
    case 'amend': {
      const { record: recordId, supersedes } = o
      return {
        type: 'record.amend',
        payload: { recordId, subject: hashOf(o.subject), supersedes, ...content },
      }
    }
  }
}
