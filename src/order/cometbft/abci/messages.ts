/**
 * The messages of ABCI 2 (CometBFT v0.40, package tendermint.abci) that an application without vote extensions and
 * with the engine's own mempool is asked, and of those the fields that are used here. Times are unix seconds.
 */
import { bytes, int32, int64, many, maybe, message, one, text, uint32, uint64 } from './protobuf.ts'

const empty = message({})

/** google.protobuf.Timestamp. */
const timestamp = message({ seconds: one(1, int64), nanos: one(2, int32) })

/** tendermint.crypto.PublicKey: of its kinds only Ed25519 may vote here. */
const publicKey = message({ ed25519: maybe(1, bytes) })

/** A key and its power; power 0 ends its vote. */
const validatorUpdate = message({ publicKey: maybe(1, publicKey), power: one(2, int64) })

/** `address`: the first 20 bytes of SHA-256(public key). */
const validator = message({ address: one(1, bytes), power: one(3, int64) })

/** What a validator did that it must not: 1 two votes of one height and round, 2 an attack on light clients. */
const misbehavior = message({
  type: one(1, int32),
  validator: maybe(2, validator),
  height: one(3, int64),
  time: maybe(4, timestamp),
  totalPower: one(5, int64),
})

const snapshot = message({
  height: one(1, uint64),
  format: one(2, uint32),
  chunks: one(3, uint32),
  hash: one(4, bytes),
  metadata: one(5, bytes),
})

/** A proposed or decided block: ProcessProposal and FinalizeBlock have the same numbers for these. */
const block = message({
  txs: many(1, bytes),
  misbehavior: many(3, misbehavior),
  hash: one(4, bytes),
  height: one(5, int64),
  time: maybe(6, timestamp),
  proposer: one(8, bytes),
})

/** Requests by name: one of them is there. */
export const request = message({
  echo: maybe(1, message({ message: one(1, text) })),
  flush: maybe(2, empty),
  info: maybe(3, message({ version: one(1, text), abciVersion: one(4, text) })),
  initChain: maybe(
    5,
    message({
      time: maybe(1, timestamp),
      chainId: one(2, text),
      validators: many(4, validatorUpdate),
      appState: one(5, bytes),
      initialHeight: one(6, int64),
    }),
  ),
  query: maybe(
    6,
    message({ data: one(1, bytes), path: one(2, text), height: one(3, int64), prove: one(4, int32) }),
  ),
  /** `type` 1: what waits already is looked at again. */
  checkTx: maybe(8, message({ tx: one(1, bytes), type: one(2, int32) })),
  commit: maybe(11, empty),
  listSnapshots: maybe(12, empty),
  offerSnapshot: maybe(13, message({ snapshot: maybe(1, snapshot), appHash: one(2, bytes) })),
  loadSnapshotChunk: maybe(
    14,
    message({ height: one(1, uint64), format: one(2, uint32), chunk: one(3, uint32) }),
  ),
  applySnapshotChunk: maybe(
    15,
    message({ index: one(1, uint32), chunk: one(2, bytes), sender: one(3, text) }),
  ),
  prepareProposal: maybe(
    16,
    message({
      maxTxBytes: one(1, int64),
      txs: many(2, bytes),
      height: one(5, int64),
      time: maybe(6, timestamp),
      proposer: one(8, bytes),
    }),
  ),
  processProposal: maybe(17, block),
  finalizeBlock: maybe(20, block),
})

/** What became of one transaction of a decided block: all zero here, verdicts live in the ledger. */
const txResult = message({ code: one(1, uint32) })

/** Answers by name: one of them is there. `exception` ends the engine. */
export const response = message({
  exception: maybe(1, message({ error: one(1, text) })),
  echo: maybe(2, message({ message: one(1, text) })),
  flush: maybe(3, empty),
  info: maybe(
    4,
    message({
      data: one(1, text),
      version: one(2, text),
      appVersion: one(3, uint64),
      lastHeight: one(4, int64),
      lastAppHash: one(5, bytes),
    }),
  ),
  initChain: maybe(6, message({ validators: many(2, validatorUpdate), appHash: one(3, bytes) })),
  query: maybe(
    7,
    message({ code: one(1, uint32), log: one(3, text), value: one(7, bytes), height: one(9, int64) }),
  ),
  checkTx: maybe(9, message({ code: one(1, uint32), log: one(3, text), codespace: one(8, text) })),
  commit: maybe(12, message({ retainHeight: one(3, int64) })),
  listSnapshots: maybe(13, message({ snapshots: many(1, snapshot) })),
  /** `result` of these: 1 accept, 2 abort, 3 reject. */
  offerSnapshot: maybe(14, message({ result: one(1, int32) })),
  loadSnapshotChunk: maybe(15, message({ chunk: one(1, bytes) })),
  applySnapshotChunk: maybe(16, message({ result: one(1, int32) })),
  prepareProposal: maybe(17, message({ txs: many(1, bytes) })),
  /** `status`: 1 accept, 2 reject. */
  processProposal: maybe(18, message({ status: one(1, int32) })),
  finalizeBlock: maybe(
    21,
    message({
      txResults: many(2, txResult),
      validatorUpdates: many(3, validatorUpdate),
      appHash: one(5, bytes),
    }),
  ),
})

type ValueOf<Kind> = Kind extends { decode(bytes: Uint8Array): infer Value } ? Value : never
export type Requests = ValueOf<typeof request>
export type Responses = ValueOf<typeof response>
/** The calls of an application; the connection itself answers `echo` and `flush`. */
export type CallName = Exclude<keyof Requests, 'echo' | 'flush'>
export type RequestOf<Name extends CallName> = NonNullable<Requests[Name]>
export type ResponseOf<Name extends CallName> = Partial<NonNullable<Responses[Name]>>

/** What an application answers, call by call. One that rejects ends the engine. */
export type Application = {
  readonly [Name in CallName]: (request: RequestOf<Name>) => Promise<ResponseOf<Name>>
}
