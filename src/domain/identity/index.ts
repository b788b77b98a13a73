/**
 * Who is who: members, the people and devices they enrol, keys, and the pseudonyms of patients.
 * docs/domain/identity.md.
 */
import type { DomainModule } from '../contract.ts'
import { writeGenesis } from './genesis.ts'
import { actsFor, appointGuardian, releaseGuardian, subjectsOf } from './guardians.ts'
import { enrol, revokeKey, rotateKey } from './keys.ts'
import * as membership from './membership.ts'
import { parameters } from './parameters.ts'
import { reads } from './reads.ts'
import { recover, vetoRecoveryVerb } from './recovery.ts'
import { restore, suspend } from './standing.ts'
import {
  ACTORS,
  AGENTS,
  actorStanding,
  currentKey,
  findSigner,
  GUARDIANS,
  isReaderKey,
  KEYS,
  LINKS,
  MEMBERS,
  memberStanding,
  RECOVERIES,
  SUBJECTS,
  VOUCHES,
} from './state.ts'
import { enrolSubject, link, linkedSubjects, verify } from './subjects.ts'

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
    'appoint-guardian': appointGuardian,
    'release-guardian': releaseGuardian,
    recover,
    'veto-recovery': vetoRecoveryVerb,
  },
  reads,
  tables: [MEMBERS, ACTORS, KEYS, SUBJECTS, AGENTS, LINKS, GUARDIANS, VOUCHES, RECOVERIES],
  parameters,
  ports: {
    'identity.signer': (context) => (key) => findSigner(context, key),
    'identity.member': (context) => (member) => memberStanding(context, member),
    'identity.actor': (context) => (actor) => actorStanding(context, actor),
    'identity.encryptionKey': (context) => (publicKey) => KEYS.get(context.state, publicKey)?.encryptionKey,
    'identity.isReaderKey': (context) => (encryptionKey) => isReaderKey(context, encryptionKey),
    'identity.encryptionKeyOf': (context) => (actor) => {
      const key = currentKey(context, actor)
      return key === undefined ? undefined : KEYS.get(context.state, key)?.encryptionKey
    },
    'identity.facilityOf': (context) => (subject) => SUBJECTS.get(context.state, subject)?.facility,
    'identity.actsFor':
      (context) =>
      ({ actor }, subject) =>
        actsFor(context, actor, subject),
    'identity.subjectsOf': (context) => (actor) => subjectsOf(context, actor),
    'identity.joinedSubjects': (context) => (subject) => [subject, ...linkedSubjects(context, subject)],
    'identity.insuredOf': (context) => (subject) =>
      SUBJECTS.get(context.state, subject)?.verification?.insured,
    'identity.requireMemberKey':
      (context) =>
      (...key) =>
        membership.requireMemberKey(context, ...key),
    'identity.requireOrderKey':
      (context) =>
      (...key) =>
        membership.requireOrderKey(context, ...key),
    'identity.requireNodeKey':
      (context) =>
      (...key) =>
        membership.requireNodeKey(context, ...key),
    'identity.putMember':
      (context) =>
      (...member) =>
        membership.putMember(context, ...member),
    'identity.putMemberName':
      (context) =>
      (...name) =>
        membership.putMemberName(context, ...name),
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
