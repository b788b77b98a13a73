/**
 * Rules about who takes part: platforms open communities, patients join them, doctors register as reviewers. A person
 * is known by the insured commitment that social security attests, so that it is in a community once, whatever its keys
 * and subjects.
 */
import { memberOf } from '../../protocol/index.ts'
import type { Context, PortContext, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, isDesk, ownMember } from '../roles.ts'
import { Fields, Hash, LocalId, Reference, Subject } from '../schema.ts'
import { splitReference } from '../table.ts'
import { COMMUNITIES, type CommunityRow, MEMBERS, REVIEWERS } from './state.ts'

export const openCommunity = defineVerb({
  summary: 'A platform opens a community of patients.',
  signers: 'platform: key, employee',
  payload: Fields({ communityId: LocalId }),
  parties: ownMember,
  rule(context) {
    const { payload, signer, state, time } = context
    requirePlatform(context)
    if (COMMUNITIES.has(state, signer.member, payload.communityId)) {
      context.refuse('feedback.community-exists', { field: '/payload/communityId' })
    }
    COMMUNITIES.put(state, { by: signer.actor, openedAt: time }, signer.member, payload.communityId)
  },
})

export const join = defineVerb({
  summary: 'A patient, whose identity social security has attested, joins a community.',
  signers: 'whoever acts for the subject',
  payload: Fields({ community: Reference, subject: Subject }),
  parties: ({ subject }) => [{ subject }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { community, subject } = payload
    requireActsFor(context, subject)
    requireCommunity(context, community)
    const insured =
      context.port('identity.insuredOf')(subject) ??
      context.refuse('feedback.not-verified', { field: '/payload/subject' })
    const id = splitReference(community)
    if (MEMBERS.has(state, insured, ...id)) {
      context.refuse('feedback.joined', { field: '/payload/community' })
    }
    MEMBERS.put(state, { by: signer.actor, subject, joinedAt: time }, insured, ...id)
  },
})

export const registerReviewer = defineVerb({
  summary:
    'A doctor registers as a reviewer and discloses the insured commitment under which it is itself a patient; once.',
  signers: 'doctor',
  payload: Fields({ insured: Hash }),
  parties: ownMember,
  rule(context) {
    const { payload, signer, state, time } = context
    if (signer.role !== 'doctor') context.refuse('feedback.role')
    if (REVIEWERS.has(state, signer.actor)) context.refuse('feedback.registered')
    REVIEWERS.put(state, { insured: payload.insured, registeredAt: time }, signer.actor)
  },
})

export function requirePlatform({ signer, refuse }: RuleContext<unknown>): void {
  if (!isDesk(signer) || !hasMemberRole(signer.memberRoles, ['platform'])) refuse('feedback.role')
}

export function requireActsFor(context: RuleContext<unknown>, subject: string): void {
  if (!context.port('identity.actsFor')(context.signer, subject)) {
    context.refuse('feedback.not-yours', { field: '/payload/subject' })
  }
}

/** The community, where its platform is active. */
export function requireCommunity(context: PortContext, reference: string): CommunityRow {
  const id = splitReference(reference)
  const row = COMMUNITIES.get(context.state, ...id)
  if (row === undefined || context.port('identity.member')(id[0])?.active !== true) {
    return context.refuse('feedback.community-unknown', { field: '/payload/community' })
  }
  return row
}

/** The person behind a subject, where it is in the community. */
export function requirePerson(context: PortContext, subject: string, community: string): string {
  const insured = context.port('identity.insuredOf')(subject)
  if (insured === undefined || !MEMBERS.has(context.state, insured, ...splitReference(community))) {
    return context.refuse('feedback.not-member', { field: '/payload/community' })
  }
  return insured
}

/** Whether a doctor, or the member whose doctor it is, has a treatment consent in force of a subject. */
export function treats(context: Context, doctor: string, subject: string): boolean {
  const hasConsent = context.port('consent.treats')
  return hasConsent(doctor, subject) || hasConsent(memberOf(doctor), subject)
}
