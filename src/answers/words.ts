/** The words of answers, each set once: schemas, types and checks are made from them. */

/**
 * What becomes of a submitted transaction: `rejected` leaves no trace and may be sent again; `refused` is the ledger's
 * own, lasting answer.
 */
export const SUBMISSION_STATUSES = ['rejected', 'pending', 'accepted', 'refused'] as const

/** What is known of a transaction by its id. */
export const TRANSACTION_STATUSES = ['unknown', 'pending', 'accepted', 'refused'] as const

/** How far a result has come, or shall come before it is answered: durable on the node, or cosigned by the quorum. */
export const SETTLEMENTS = ['committed', 'final'] as const
export type Settlement = (typeof SETTLEMENTS)[number]

/** What a vault says of a content. */
export const CONTENT_STATES = ['kept', 'erasing', 'erased'] as const

/** Who orders the blocks of a node's ledger. */
export const ORDER_KINDS = ['embedded', 'cometbft', 'followed'] as const

/** How a node's order stands: `in trouble` it goes on trying, `ended` it gives no more blocks. */
export const ORDER_STATES = ['working', 'catching up', 'in trouble', 'ended'] as const

/** What a member did that no honest node does, as the order reports it. */
export const MISBEHAVIORS = ['double-vote', 'light-client-attack'] as const

/** Why rules are named for a height ahead. */
export const UPCOMING_STATES = ['adopted', 'proposed'] as const
