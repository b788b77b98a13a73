/** Which member may enrol whom, who speaks for a member, and who is party to a transaction. */
import { type ActorRole, MEMBER_ROLES, type MemberRole } from '../protocol/index.ts'
import type { PortCall } from './context.ts'
import type { Actor, Party } from './contract.ts'

/** Role of a member's own key. */
export const MEMBER = 'member'

/** Who sees patients: a facility's own key, and its clinicians. */
export const CLINICIANS: readonly string[] = [MEMBER, 'doctor', 'nurse', 'pharmacist']

/** Members that see patients and keep records about them: they make subjects. */
export const FACILITY_ROLES: readonly MemberRole[] = ['hospital', 'exam-institution', 'pharmacy']

/** Roles of people and devices, each with the members that may enrol it. */
export const ENROLLERS: { readonly [Role in ActorRole]: readonly MemberRole[] } = {
  doctor: ['hospital', 'exam-institution', 'platform', 'health-commission'],
  pharmacist: ['hospital', 'pharmacy', 'retailer', 'platform'],
  nurse: ['hospital', 'exam-institution'],
  collector: ['hospital', 'hauler', 'treatment-plant'],
  investigator: [
    'mutual-aid-sponsor',
    'insurer',
    'social-security',
    'health-commission',
    'food-drug-regulator',
  ],
  juror: ['mutual-aid-sponsor', 'platform'],
  employee: MEMBER_ROLES,
  patient: [...FACILITY_ROLES, 'social-security', 'insurer', 'platform', 'mutual-aid-sponsor', 'enterprise'],
  scale: ['hospital', 'hauler', 'treatment-plant'],
}

/** Whether one of a member's roles is among `wanted`. */
export const hasMemberRole = (memberRoles: readonly string[], wanted: readonly string[]): boolean =>
  memberRoles.some((role) => wanted.includes(role))

/**
 * Whether an actor speaks for its member: the member's own key, its people but not its patients, no device.
 * Only staff sees what the member is party to.
 */
export const isStaff = (actor: Actor): boolean => actor.role !== 'patient' && actor.role !== 'scale'

/** Whether an actor is staff of an auditor, who may see every entry of the log. */
export const isAuditor = (actor: Actor): boolean => isStaff(actor) && actor.memberRoles.includes('auditor')

/** Whether an actor is staff of this member. */
export const isStaffOf = (actor: Actor, member: string): boolean => actor.member === member && isStaff(actor)

/**
 * Whether an actor writes and decides for its member in day-to-day matters: the member's own key and its employees, not
 * its clinicians. What binds or spends more is for the member's own key alone.
 */
export const isDesk = ({ role }: Pick<Actor, 'role'>): boolean => role === MEMBER || role === 'employee'

/** Whether an actor is the desk of this member. */
export const isDeskOf = (actor: Actor, member: string): boolean => actor.member === member && isDesk(actor)

/** Who is party where an id may be a person's or a member's. */
export const partyOf = (id: string): Party => (id.includes(':') ? { actor: id } : { member: id })

/** Parties of what concerns nobody but the signer's own member. */
export const ownMember = (_payload: unknown, { member }: Pick<Actor, 'member'>): readonly Party[] => [
  { member },
]

/** Whether `reader` is one of `parties`: by itself, as staff of a member, or acting for a subject. */
export function isParty(port: PortCall, reader: Actor, parties: readonly Party[]): boolean {
  return parties.some((party) => {
    if ('actor' in party) return party.actor === reader.actor
    if ('member' in party) return isStaffOf(reader, party.member)
    return port('identity.actsFor')(reader, party.subject)
  })
}
