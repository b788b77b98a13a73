/**
 * Every port by which modules reach one another, `module.function`. A new port is one line here and one in
 * its module.
 */
import type { ActorRole, Json, MemberRole, TrustTerms } from '../protocol/index.ts'
import type { Actor } from './contract.ts'
import type { Purpose } from './purposes.ts'

/** A member as other modules see it. */
export interface MemberStanding {
  /** Its public name, where it has one; whoever shows a member without one shows its id. */
  readonly displayName?: string
  readonly roles: readonly MemberRole[]
  readonly active: boolean
  /** Its status from the next block on, decisions of this block included. */
  readonly statusNext: 'admitted' | 'active' | 'suspended' | 'expelled'
}

/** A person or device as other modules see it. */
export interface ActorStanding {
  readonly actor: string
  readonly member: string
  readonly role: ActorRole | 'member'
  readonly memberRoles: readonly MemberRole[]
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
  /** Length of that ciphertext as a patient stated it for what it holds itself; undefined for a facility's record. */
  readonly bytes: number | undefined
  readonly caseRef: string | undefined
  readonly erased: boolean
}

/** A record on the way through those of a subject. */
export interface RecordStep {
  /** Where the way goes on after it. */
  readonly key: string
  readonly ref: string
}

/** What an access to a record gives its signer to fetch. */
export interface AccessRelease {
  /** Reference of the record. */
  readonly record: string
  /** Address of the ciphertext. */
  readonly vaultHash: string
  /**
   * Whose X25519 key opens it: the signer's own, or the break-glass key of the hospital that keeps the
   * record.
   */
  readonly wrappedFor: 'signer' | 'break-glass'
}

/** A notice, and the opening that followed it, as other modules see it. */
export interface AccessView {
  readonly reference: string
  /** Actor id. */
  readonly by: string
  readonly record: string
  readonly noticeAt: number | undefined
  readonly openedAt: number | undefined
}

/** What a patient allows. */
export interface ConsentTerms {
  readonly subject: string
  /** A member, or one of its people. */
  readonly grantee: string
  readonly purpose: Purpose
  readonly kinds: readonly string[]
  readonly from: number
  readonly to: number
  readonly caseRef?: string
}

/** A consent as other modules see it. */
export interface ConsentView {
  readonly subject: string
  readonly grantee: string
  readonly purpose: Purpose
  readonly kinds: readonly string[]
  readonly caseRef: string | undefined
  /** In force now: begun, not over, not revoked. */
  readonly active: boolean
}

/** A member that votes on blocks, and the key with which it does. */
export interface OrderVoter {
  readonly member: string
  readonly orderKey: string
}

/** Which rules version holds, and which ones are to come. */
export interface RulesOutlook {
  readonly version: number
  readonly upcoming: readonly UpcomingVersion[]
}

/** A rules version that is adopted, or named by an open proposal, for a height that is not reached. */
export interface UpcomingVersion {
  readonly version: number
  /** It holds from the block of this height on. */
  readonly height: number
  readonly state: 'adopted' | 'proposed'
  /** `<member>:<proposalId>` of an open proposal. */
  readonly proposal?: string
  /** Of the active members with `nodes`, how many have said that theirs can execute it. */
  readonly ready: number
  readonly nodes: number
}

/** Kinds of value that settlement moves. */
export const CURRENCIES = ['cny-fen', 'points'] as const
export type Currency = (typeof CURRENCIES)[number]

/** One movement of value between two accounts. An account is that of an actor or a member, by its id. */
export interface Transfer {
  readonly from: string
  readonly to: string
  readonly currency: Currency
  /** More than 0; fen or points. */
  readonly amount: number
  /** What it is for, as both statements show it: an id or reference. */
  readonly reference?: string
}

/** Value taken out of an account and kept until the module that took it says whose it is. */
export interface Hold {
  readonly from: string
  readonly currency: Currency
  /** More than 0; fen or points. */
  readonly amount: number
}

/** A share of a hold. */
export interface Payment {
  readonly to: string
  /** 0 or more; nothing is written for 0. */
  readonly amount: number
}

/** Who may issue a currency, and how much of it may be outstanding. */
export interface IssuerTerms {
  readonly member: string
  readonly currency: Currency
  /** 0 ends issuing. */
  readonly ceiling: number
}

/** A prescription as other modules see it. */
export interface PrescriptionView {
  readonly subject: string
  /** Actor id. */
  readonly prescriber: string
  readonly facility: string
  readonly issuedAt: number
  readonly state: string
}

/** A visit to a facility as claims know it. Fen, over all payers. */
export interface VisitClaims {
  readonly subject: string
  /** Each line of the visit once, however many payers it is claimed from. */
  readonly billed: number
  /** What payers have adjudicated that they pay, whether they have paid it yet or not; never above `billed`. */
  readonly paid: number
}

/** Packs that a pharmacy hands to a patient. */
export interface PackDispense {
  /** Member that holds the packs. */
  readonly pharmacy: string
  /** Reference of the prescription. */
  readonly prescription: string
  /** Codes of the packs: `<gtin>:<serial>` or 20 digits, as `supply.commission` gave them. */
  readonly packs: readonly string[]
}

export interface Ports {
  /**
   * Whether a licence of this person is withheld: a licensing body suspended it, it lapsed or expired, and no other
   * one is in force. False where no licensing body has issued one.
   */
  'credential.isSuspended': (actor: string) => boolean
  /** What an account may spend: its balance without what is held. 0 where there is no account. */
  'settlement.balance': (account: string, currency: Currency) => number
  /**
   * Moves value from one account to another; the caller has checked that the signer may spend. Refuses an account that
   * has too little (an issuer's too: only `settlement.issue` makes money), one that nobody has, and a transfer to
   * itself.
   */
  'settlement.transfer': (transfer: Transfer) => void
  /**
   * Takes value out of an account under an id of the calling module's own, which no hold that is still kept has.
   * Refuses as `transfer` does.
   */
  'settlement.hold': (holdId: string, hold: Hold) => void
  /** A hold of the calling module; undefined where there is none, or it was released. */
  'settlement.held': (holdId: string) => Hold | undefined
  /**
   * Ends a hold of the calling module: pays out of it, exactly or less; the rest goes back to the payer. The id is free
   * again.
   */
  'settlement.release': (holdId: string, payments: readonly Payment[]) => void
  /** Refuses an issuer that can not be declared; `at` is where its terms stand in the payload. */
  'settlement.requireIssuer': (terms: IssuerTerms, at: string) => void
  /** Declares an issuer, or changes its ceiling, from the next block on. */
  'settlement.putIssuer': (terms: IssuerTerms) => void
  /** A prescription by reference `<facility>:<rxId>`; undefined where there is none. */
  'prescription.find': (reference: string) => PrescriptionView | undefined
  /** Hands packs to a patient; refuses what is not held, expired, recalled, quarantined or sold before. */
  'supply.dispense': (dispense: PackDispense) => void
  /** What was claimed and paid of a visit `<facility>:<visit>`; undefined where nothing was claimed. */
  'claim.visit': (visit: string) => VisitClaims | undefined
  /** A consent by reference; undefined where there is none. */
  'consent.find': (reference: string) => ConsentView | undefined
  /** The claim consent of a case that is in force for a grantee, with its reference; undefined where there is none. */
  'consent.ofCase': (
    subject: string,
    caseRef: string,
    grantee: string,
  ) => (ConsentView & { readonly reference: string }) | undefined
  /** Whether a member or person has a treatment consent in force for a subject. */
  'consent.treats': (grantee: string, subject: string) => boolean
  /** Grants a consent in the name of `owner`, who must act for the subject: the caller has checked. */
  'consent.create': (owner: string, consentId: string, terms: ConsentTerms) => void
  /** The quorum and node keys that hold in this block. */
  'governance.trust': () => TrustTerms
  /**
   * Who votes on the order of several nodes in this block: active members with a node and an order key (hex), in the
   * order of their ids.
   */
  'governance.voters': () => readonly OrderVoter[]
  /** The rules version of this block, and those that are adopted or proposed for later ones. */
  'governance.rules': () => RulesOutlook
  /**
   * Who a key is, and whether it may sign and read now: its actor, the member that enrolled it and the key
   * itself are all active. Undefined for a key that was never enrolled.
   */
  'identity.signer': (key: string) => { readonly actor: Actor; readonly active: boolean } | undefined
  /** A member by id; undefined where it was never admitted. */
  'identity.member': (member: string) => MemberStanding | undefined
  /** A person, device or member by actor id; undefined where it was never enrolled. */
  'identity.actor': (actor: string) => ActorStanding | undefined
  /** The X25519 key (hex) that was enrolled together with a signing key; undefined where none was. */
  'identity.encryptionKey': (publicKey: string) => string | undefined
  /** Subjects for which an actor acts now: its own, those joined to them, and those of its wards; each once. */
  'identity.subjectsOf': (actor: string) => readonly string[]
  /** Whether an X25519 key (hex) is that of an actor who may read now. */
  'identity.isReaderKey': (encryptionKey: string) => boolean
  /** The same of the key with which an actor or member signs now. */
  'identity.encryptionKeyOf': (actor: string) => string | undefined
  /** Which facility (member id) made a subject; undefined where none has. */
  'identity.facilityOf': (subject: string) => string | undefined
  /** Whether an actor acts for a subject: its own by enrolment, verification, or link. */
  'identity.actsFor': (actor: Pick<Actor, 'actor'>, subject: string) => boolean
  /** A subject with every subject that its patient has joined to it. */
  'identity.joinedSubjects': (subject: string) => readonly string[]
  /** The insured commitment that social security attests for a subject; undefined where it has attested none. */
  'identity.insuredOf': (subject: string) => string | undefined
  /**
   * Refuses a key that can not become the member's own; `at` is where `{publicKey, statement}` stands in the
   * payload.
   */
  'identity.requireMemberKey': (
    member: string,
    newKey: { readonly publicKey: string; readonly statement: string },
    at: string,
  ) => void
  /** Refuses a key that can not become a node's. */
  'identity.requireNodeKey': (publicKey: string, field: string) => void
  /** Refuses a key that can not vote for a member's node; `at` is where `{publicKey, statement}` stands. */
  'identity.requireOrderKey': (
    member: string,
    newKey: { readonly publicKey: string; readonly statement: string },
    at: string,
  ) => void
  /** Admits a member from the next block on. */
  'identity.putMember': (
    member: string,
    terms: {
      readonly roles: readonly MemberRole[]
      readonly publicKey: string
      readonly displayName?: string | undefined
    },
  ) => void
  /** Changes a member's public name from the next leaf on. */
  'identity.putMemberName': (member: string, displayName: string) => void
  /** Replaces a member's own key from the next leaf on. */
  'identity.putMemberKey': (member: string, publicKey: string) => void
  /** Changes a member's status from the next block on. */
  'identity.putMemberStatus': (member: string, status: 'active' | 'suspended' | 'expelled') => void
  /** Keeps a node's key from any other use. */
  'identity.putNodeKey': (member: string, publicKey: string, use: 'log' | 'cosigner' | 'order') => void
  /** A record by reference `<owner>:<local>`; undefined where there is none. */
  'record.find': (reference: string) => RecordView | undefined
  /** A subject's records in order of keys, at most `limit`, after the cursor. */
  'record.ofSubject': (subject: string, limit: number, cursor: string | undefined) => readonly RecordStep[]
  /** Bytes that an actor may keep in the vault of what it holds itself. */
  'record.quota': (owner: string) => number
  /**
   * Whose a content is that this actor brings to the vault, its member's or a patient's own, and how many bytes that
   * owner may keep; undefined where the node alone sets the bound.
   */
  'record.contentOwner': (actor: Actor) => { readonly owner: string; readonly bytesMax: number | undefined }
  /** The same of one case of the subject, without looking at its other records. */
  'record.ofCase': (
    subject: string,
    caseRef: string,
    limit: number,
    cursor: string | undefined,
  ) => readonly RecordStep[]
  /**
   * The latest record of a kind that a facility anchored for a subject; undefined where there is none, or it
   * was erased.
   */
  'record.latest': (
    subject: string,
    kind: string,
  ) => { readonly record: string; readonly encounterAt: number } | undefined
  /**
   * Addresses of the ciphertexts of every version of a record, without repetition; empty where there are
   * none.
   */
  'record.contents': (reference: string) => readonly string[]
  /** Whose contents an accepted erasure (`NodeTask`) of this signer destroys, and their addresses. */
  'record.erasedContents': (
    signer: string,
    payload: Json,
  ) => { readonly owner: string; readonly addresses: readonly string[] }
  /**
   * Who must be able to open every content of a member in an emergency, and its X25519 key where one is enrolled;
   * undefined where the member needs nobody.
   */
  'access.emergencyReader': (
    member: string,
  ) => { readonly actor: string; readonly encryptionKey: string | undefined } | undefined
  /** The X25519 key (hex) of the emergency reader of a member, whether or not the member needs one. */
  'access.emergencyKey': (member: string) => string | undefined
  /** Notices and openings under a claim consent, the first one first, at most `limit`. */
  'access.ofConsent': (consent: string, limit: number) => readonly AccessView[]
  /**
   * What an accepted `access.open` or `access.break-glass` of this signer still lets it fetch; undefined
   * where consent, grant, status or content on which it rests has ended since.
   */
  'access.release': (type: string, payload: Json, signer: Actor) => AccessRelease | undefined
}
