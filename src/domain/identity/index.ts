/** Who is who: members, the people and devices they enrol, keys, and the pseudonyms of patients. docs/domain/identity.md. */
import type { DomainModule } from '../contract.ts'
import { writeGenesis } from './genesis.ts'
import { enrol, revokeKey, rotateKey } from './keys.ts'
import * as membership from './membership.ts'
import { reads } from './reads.ts'
import { restore, suspend } from './standing.ts'
import { actorStanding, findSigner, memberStanding, SUBJECTS } from './state.ts'
import { actsFor, enrolSubject, link, linkedSubjects, verify } from './subjects.ts'

export const identity: DomainModule = {
  name: 'identity',
  summary: 'Members, people, devices, their keys, and the pseudonyms under which facilities keep patients.',
  verbs: {
    enrol,
    'enrol-subject': enrolSubject,
    link,
    'rotate-key': rotateKey,
    'revoke-key': revokeKey,
    suspend,
    restore,
    verify,
  },
  reads,
  parameters: {
    linksMax: {
      default: 32,
      min: 1,
      max: 256,
      meaning:
        'Links a subject may offer. Each right of a patient is looked up through them, so this bounds its cost; 32 facilities are more than one person visits.',
    },
  },
  ports: {
    'identity.signer': (context) => (key) => findSigner(context, key),
    'identity.member': (context) => (member) => memberStanding(context, member),
    'identity.actor': (context) => (actor) => actorStanding(context, actor),
    'identity.facilityOf': (context) => (subject) => SUBJECTS.get(context.state, subject)?.facility,
    'identity.actsFor':
      (context) =>
      ({ actor }, subject) =>
        actsFor(context, actor, subject),
    'identity.joinedSubjects': (context) => (subject) => [subject, ...linkedSubjects(context, subject)],
    'identity.insuredOf': (context) => (subject) =>
      SUBJECTS.get(context.state, subject)?.verification?.insured,
    'identity.requireMemberKey':
      (context) =>
      (...key) =>
        membership.requireMemberKey(context, ...key),
    'identity.requireNodeKey':
      (context) =>
      (...key) =>
        membership.requireNodeKey(context, ...key),
    'identity.putMember':
      (context) =>
      (...member) =>
        membership.putMember(context, ...member),
    'identity.putMemberKey':
      (context) =>
      (...key) =>
        membership.putMemberKey(context, ...key),
    'identity.putMemberStatus':
      (context) =>
      (...status) =>
        membership.putMemberStatus(context, ...status),
    'identity.putNodeKey':
      (context) =>
      (...key) =>
        membership.putNodeKey(context, ...key),
  },
  needs: [],
  genesis: writeGenesis,
}
