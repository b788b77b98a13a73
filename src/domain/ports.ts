/** Every port by which modules reach one another, `module.function`. A new port is one line here and one in its module. */
import type { Actor } from './contract.ts'

export interface Ports {
  /**
   * Who a key is, and whether it may sign and read now: its actor, the member that enrolled it and the key itself are
   * all active. Undefined for a key that was never enrolled.
   */
  'identity.signer': (key: string) => { readonly actor: Actor; readonly active: boolean } | undefined
  /** Which facility (member id) made a subject; undefined where none has. */
  'identity.facilityOf': (subject: string) => string | undefined
  /** Whether an actor acts for a subject: its own by enrolment, verification, or link. */
  'identity.actsFor': (actor: Actor, subject: string) => boolean
}
