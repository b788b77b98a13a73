/** Every port by which modules reach one another, `module.function`. A new port is one line here and one in its module. */
import type { Actor } from './contract.ts'

/** A member as other modules see it. */
export interface MemberStanding {
  readonly roles: readonly string[]
  readonly active: boolean
}

/** A person or device as other modules see it. */
export interface ActorStanding {
  readonly actor: string
  readonly member: string
  readonly role: string
  readonly memberRoles: readonly string[]
  /** The actor and its enroller are active and its key is valid. */
  readonly active: boolean
}

/** A record as other modules see it. */
export interface RecordView {
  /** A member, or for what a patient holds itself its actor id. */
  readonly owner: string
  readonly subject: string
  readonly kind: string
  readonly encounterAt: number
  /** Commitment of the latest version. */
  readonly contentHash: string
  /** Address of the ciphertext of the latest version, where it is in the vault. */
  readonly vaultHash: string | undefined
  readonly erased: boolean
}

export interface Ports {
  /**
   * Who a key is, and whether it may sign and read now: its actor, the member that enrolled it and the key itself are
   * all active. Undefined for a key that was never enrolled.
   */
  'identity.signer': (key: string) => { readonly actor: Actor; readonly active: boolean } | undefined
  /** A member by id; undefined where it was never admitted. */
  'identity.member': (member: string) => MemberStanding | undefined
  /** A person, device or member by actor id; undefined where it was never enrolled. */
  'identity.actor': (actor: string) => ActorStanding | undefined
  /** Which facility (member id) made a subject; undefined where none has. */
  'identity.facilityOf': (subject: string) => string | undefined
  /** Whether an actor acts for a subject: its own by enrolment, verification, or link. */
  'identity.actsFor': (actor: Pick<Actor, 'actor'>, subject: string) => boolean
  /** A subject with every subject that its patient has joined to it. */
  'identity.joinedSubjects': (subject: string) => readonly string[]
  /** The insured commitment that social security attests for a subject; undefined where it has attested none. */
  'identity.insuredOf': (subject: string) => string | undefined
  /** A record by reference `<owner>:<local>`; undefined where there is none. */
  'record.find': (reference: string) => RecordView | undefined
}
