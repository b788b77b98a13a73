/**
 * Every limit of medseal, each with its reason. Units stand last in a name. Those marked *format* are part of
 * the protocol: changing one forks the ledger.
 */

// --- Format -------------------------------------------------------------------------------------------------
/** *format* A leaf's length must fit the u16 that precedes it in an entry bundle (C2SP tlog-tiles). */
export const LEAF_BYTES_MAX = 65_535
/** *format* Tag, public key and signature in front of a body. */
export const ENTRY_HEAD_BYTES = 97
/** *format* What is left of a leaf for the body. */
export const BODY_BYTES_MAX = LEAF_BYTES_MAX - ENTRY_HEAD_BYTES
/** *format* The body map is depth 1. Deep enough for every payload; shallow enough for a fixed stack in the kernel. */
export const BODY_DEPTH_MAX = 16
/** *format* Longest key of a map in a body. */
export const BODY_KEY_BYTES_MAX = 64
/** *format* Genesis is leaf 0 behind its tag byte; 65,000 keeps room for it. */
export const GENESIS_BYTES_MAX = 65_000
/**
 * *format* Largest amount of money or points, and largest sum of a currency: integers of a body lie within ±(2^53-1).
 */
export const AMOUNT_MAX = 2 ** 53 - 1
/**
 * *format* One line of a claim: ten billion yuan, above any bill. CLAIM_LINES_MAX of them, over all the claims of a
 * visit, still add up to an exact integer.
 */
export const CLAIM_LINE_FEN_MAX = 1_000_000_000_000
/** *format* Lines in one claim, and lines of one visit over all its claims: with references some 25 kB of a body. */
export const CLAIM_LINES_MAX = 100
/** *format* `expires` stands in 4 bytes of an id. */
export const EXPIRES_MAX = 2 ** 32 - 1
/** *format* How far ahead of block time a transaction may expire: bounds the ids that must be remembered. */
export const EXPIRES_AHEAD_SECONDS_MAX = 86_400
/** *format* Ids in one refusals leaf: 1,900 × 34 + 1 bytes stay below LEAF_BYTES_MAX. */
export const REFUSALS_PER_LEAF_MAX = 1_900
/** *format* A private part with its salt. Larger contents belong in the vault. */
export const PRIVATE_PART_BYTES_MAX = 65_536
/** *format* Leaves in a full entry bundle, hashes in a full tile (C2SP tlog-tiles). */
export const TILE_WIDTH = 256
/** *format* Longest ledger name in a genesis, in UTF-16 units: with ledger id and member id a vkey name stays short. */
export const LEDGER_NAME_LENGTH_MAX = 128
/** *format* Public name of a member, in code points: the longest registered names of hospitals stay below 60. */
export const DISPLAY_NAME_LENGTH_MAX = 100
/**
 * Nesting of a private part or a genesis file: FHIR resources stay below 20; a walk over 64 levels needs no big stack.
 */
export const JSON_DEPTH_MAX = 64
/** Signatures in a note that medseal opens: a log key, 100 members and their witnesses. C2SP asks for 16 at least. */
export const NOTE_SIGNATURES_MAX = 128
/** A note: room for NOTE_SIGNATURES_MAX Ed25519 lines with long names, or for a few of the 5 kB post-quantum ones. */
export const NOTE_BYTES_MAX = 131_072
/** Hashes in one inclusion or consistency proof: what C2SP tlog-witness sends at most; 2^53 leaves need 54. */
export const PROOF_HASHES_MAX = 63

/**
 * A full entry bundle: 256 leaves of the largest size, each behind its u16. What a follower takes for one file at most.
 */
export const BUNDLE_BYTES_MAX = TILE_WIDTH * (2 + LEAF_BYTES_MAX)

// --- Following ----------------------------------------------------------------------------------------------
/** How often a follower asks for a new checkpoint: what it shows is at most this much older than its source. */
export const FOLLOW_SECONDS = 1
/** Longest pause after failures in a row: a source that is back is found within a minute. */
export const FOLLOW_RETRY_SECONDS_MAX = 60
/** One file of a log, at most 16 MiB, from a slow source. */
export const SOURCE_REQUEST_SECONDS_MAX = 60
/** Verified tiles kept while a follower catches up, 8 KiB each: a walk from left to right needs one a level. */
export const VERIFIED_TILES_MAX = 64
/** Logs that one witness cosigns: each has a file of its own, read and written whole. */
export const WITNESS_LOGS_MAX = 1_024
/** A request to a witness: a note, 63 proof hashes, and their lines. */
export const WITNESS_REQUEST_BYTES_MAX = NOTE_BYTES_MAX + 63 * 45 + 64
/** Requests a minute to a witness from one client: five logs that grow each half second. */
export const WITNESS_REQUESTS_PER_MINUTE_MAX = 600

// --- Time ---------------------------------------------------------------------------------------------------
/** A block further ahead of a node's own clock than this is held and alarmed. */
export const BLOCK_AHEAD_SECONDS_MAX = 60
/** How far ahead of the monotonic clock the wall clock is believed for blocks: a step of NTP, a leap second. */
export const CLOCK_STEP_SECONDS_MAX = 5
/** How long a larger jump must stand before blocks take it: NTP mends a wrong clock sooner. */
export const CLOCK_CONFIRM_SECONDS = 60
/**
 * The largest jump that blocks take by themselves: a machine that slept for a while. A wrong one costs this long at
 * most until real time has caught up; for more someone has to look, and start the node again.
 */
export const CLOCK_JUMP_SECONDS_MAX = 3_600
/** Life of a transaction that the SDK builds: long enough for retries over an outage, short enough to forget. */
export const CLIENT_EXPIRES_SECONDS = 600

// --- HTTP ---------------------------------------------------------------------------------------------------
/** Transactions in one request; also the size a full block verifies at once. */
export const BATCH_COUNT_MAX = 4_096
/** Requests up to this size share their trips through admission; a larger one is a batch that pays for its own. */
export const GATHERED_COUNT_MAX = 64
/** A request's body: 4,096 transactions of 4 KiB. */
export const REQUEST_BYTES_MAX = 16 * 1024 * 1024
/** Longest `?wait`. Below the 60 s after which common proxies give up. */
export const WAIT_SECONDS_MAX = 30
/** Items in one page of a list, and how many when the reader does not say. */
export const PAGE_COUNT_MAX = 1_000
export const PAGE_COUNT_DEFAULT = 100
/** Rows that one page looks at where many are hidden from its reader: some 10 us each on the ledger's thread. */
export const PAGE_ROWS_MAX = 4_000
/** A cursor, which is the end of a state key: with what stands before it (below 400) within STATE_KEY_BYTES_MAX. */
export const CURSOR_BYTES_MAX = 512
/** Life of a reader's token. */
export const TOKEN_SECONDS_MAX = 300
/** How far a reader's clock may be off: phones and desks without NTP are off by some seconds, seldom by a minute. */
export const TOKEN_SKEW_SECONDS = 60
/** Event streams open at once on a node; each holds a bounded buffer. */
export const EVENT_STREAMS_MAX = 1_024
/** Of them for one actor: its desks and a few programs, and no more, so that no one takes all. */
export const EVENT_STREAMS_PER_ACTOR_MAX = 16
/** Of them for all actors of one member: two members at least fill what is not kept. */
export const EVENT_STREAMS_PER_MEMBER_MAX = 512
/** Kept for those who run and audit the ledger: staff of the node's own member, and auditors. */
export const EVENT_STREAMS_RESERVED = 128
/**
 * Leaves read at once for an event stream: a bundle. It is all that a node holds for a slow reader (about 200 KiB):
 * nothing more is read for a stream until its socket has taken these. All streams at different places hold at most 200
 * MiB.
 */
export const EVENT_BUFFER_COUNT_MAX = 256
/**
 * A reader that has taken nothing for this long, while something waits for it, is cut off; it comes back with
 * Last-Event-ID.
 */
export const EVENT_STALL_SECONDS_MAX = 60
/** After a block, how long until a stream learns that its reader acts for someone else by now. */
export const EVENT_NAMES_SECONDS = 5
/** A comment line is sent to idle streams this often: proxies commonly close what is silent for 60 s. */
export const EVENT_HEARTBEAT_SECONDS = 15
/** Requests a minute from one address before 429. Batches carry 4,096 transactions each. */
export const REQUESTS_PER_MINUTE_MAX = 60_000
/** A JSON request: one transaction of the largest body and private part in base64 (131 kB × 4/3), and its key. */
export const JSON_REQUEST_BYTES_MAX = 256 * 1024
/** Mean delay of the main thread's event loop, over a second, from which requests are answered 503. */
export const EVENT_LOOP_DELAY_MS_MAX = 2_000
/**
 * Bytes of request bodies held at once, arriving or not answered yet: sixteen of the largest batches. The part that is
 * reserved takes only requests up to JSON_REQUEST_BYTES_MAX: at least 256 single transactions.
 */
export const BODIES_BYTES_MAX = 320 * 1024 * 1024
export const BODIES_RESERVED_BYTES = 64 * 1024 * 1024
/** Of them for one client (an IPv4 address, an IPv6 /64), by the address that a trusted proxy names: eight batches. */
export const BODIES_PER_CLIENT_BYTES_MAX = 128 * 1024 * 1024
/**
 * What each piece of a body counts besides its bytes: the objects that hold it (some 400 bytes), for bodies sent byte
 * by byte.
 */
export const BODY_CHUNK_BYTES = 1_024
/**
 * Open connections; over it new ones are closed. Each costs some 20 KiB idle: 80 MiB in all. Streams take at most 1,024
 * of them.
 */
export const CONNECTIONS_MAX = 4_096
/**
 * Of them for one client (an IPv4 address, an IPv6 /64): a hospital behind one address, its desks and programs. Over
 * it, its own oldest without a request is closed. Nine clients at least fill the node.
 */
export const CONNECTIONS_PER_CLIENT_MAX = 448
/** What is kept free of them by closing connections of whoever holds most: room in which newcomers arrive. */
export const CONNECTIONS_RESERVED = 64
/** Time to send the head of a request, from the connection's begin: a head is one packet or a few. */
export const HEADERS_SECONDS_MAX = 10
/** How often the server looks for those that took longer. */
export const CONNECTIONS_LOOK_SECONDS = 1
/** Open connections of the operators' address: a few probes and collectors, each some 20 KiB. */
export const OPERATIONS_CONNECTIONS_MAX = 64
/** Time to send a request there, and to be silent: a request is one line, and collectors come back every 15 s or so. */
export const OPERATIONS_REQUEST_SECONDS_MAX = 30
/**
 * A connection on which nothing moves for this long is closed: longer than the longest wait, and than heartbeats of
 * streams.
 */
export const CONNECTION_IDLE_SECONDS_MAX = 75
/** What a refused client is told to wait when the node can not know better. */
export const RETRY_AFTER_SECONDS_DEFAULT = 1
/** Time a client has to send a whole request: 16 MiB at 2 Mbit/s. */
export const REQUEST_SECONDS_MAX = 70

// --- Node ---------------------------------------------------------------------------------------------------
/**
 * A checkpoint that shows that a held node is not behind must have been cosigned this long after the node was held:
 * machines' clocks differ, and what was cosigned before the node last signed shows nothing.
 */
export const VOUCH_MARGIN_SECONDS = 60
/** How often the node looks for rules versions that are proposed or adopted: their heights lie days ahead. */
export const RULES_LOOK_SECONDS = 60
/**
 * Rules versions to come that a node tells of, the adopted one first, then by height: members may propose without end.
 */
export const RULES_UPCOMING_COUNT_MAX = 16
/** How often the node looks at the disk's free space: at full load it writes less than 100 MiB in between. */
export const DISK_LOOK_SECONDS = 1
/**
 * Free space below which no transaction is taken. What was admitted by then must still be written: a full queue (64
 * MiB), two blocks on their way (32 MiB) and what a second admits, each byte about three times (leaves, state, indexes,
 * pages that LMDB copies). Below DISK_HEADROOM_BYTES, so contents are refused first.
 */
export const DISK_LOW_BYTES = 512 * 1024 * 1024
/** Free space from which transactions are taken again: far enough from the other that a node does not flap. */
export const DISK_RESUME_BYTES = 768 * 1024 * 1024
/** What a client is told to wait where the disk is low: someone has to make room. */
export const DISK_RETRY_SECONDS = 30
/** How often private parts of transactions that never committed are looked for. */
export const PART_SWEEP_SECONDS = 600
/** How long after its transaction expired a private part is looked at: its block may still be in the pipeline. */
export const PART_SWEEP_DELAY_SECONDS = 600
/** Parts looked at in one step of a sweep, so that no step holds the vault for long. */
export const PART_SWEEP_COUNT_MAX = 1_024

// --- Blocks and queues --------------------------------------------------------------------------------------
/** A block is cut at this many transactions, this many bytes, or this age, whichever comes first. */
export const BLOCK_COUNT_MAX = 4_096
export const BLOCK_BYTES_MAX = 16 * 1024 * 1024
/** While the ledger works, a lone transaction waits this long for company; an idle ledger gets it at once. */
export const BLOCK_AGE_MS_MAX = 20
/** Admitted transactions that wait to be ordered; over it the door answers 503. Eight full blocks. */
export const ORDER_QUEUE_COUNT_MAX = 8 * BLOCK_COUNT_MAX
export const ORDER_QUEUE_BYTES_MAX = 64 * 1024 * 1024
/** How often, by block time, all that is pending is looked through for what has expired: it goes over up to 32,768. */
export const PENDING_LOOK_SECONDS = 60

// --- Order by CometBFT --------------------------------------------------------------------------------------
/** *format* Entries in one bundle: those of a full block of the embedded order. */
export const BUNDLED_COUNT_MAX = 4_096
/** *format* Bytes of one bundle: a block of 4 MiB holds some, from several members. */
export const BUNDLED_BYTES_MAX = 1024 * 1024
/** *format* Members that vote on blocks: each vote goes to all, and stands in each block. */
export const ORDER_VOTERS_MAX = 128
/** Bundles, and their bytes, that wait in an engine's memory: some fifty full blocks. Each member has its even share. */
export const ORDER_WAITING_COUNT_MAX = 512
export const ORDER_WAITING_BYTES_MAX = 128 * 1024 * 1024
/** Bundles of proposals that were checked and are not waiting here: those of some rounds of full blocks. */
export const ORDER_SEEN_COUNT_MAX = 64
/** Bundles that broke a rule of ours, which are not looked at again while the node runs. */
export const ORDER_BROKEN_COUNT_MAX = 1_024
/** Bundles of a node's own that are out and not decided: over it, what comes waits for company in the next one. */
export const ORDER_OPEN_COUNT_MAX = 8
/** An undecided bundle is sent again after this long: an engine forgets what waits when it is started again. */
export const ORDER_RESEND_SECONDS = 2
/** Transactions are proposed in blocks whose time is at most this old: else they would come under a time long past. */
export const ORDER_STALE_SECONDS_MAX = 10
/** Heights that an engine keeps for those who catch up: as long as a double vote can be reported. */
export const ORDER_KEPT_HEIGHTS = 200_000
/** No new height for this long, while enough members can be reached, is a fault: an idle order makes one a second. */
export const ORDER_STILL_SECONDS_MAX = 10
/** The same after a start, which replays blocks and finds its peers first. */
export const ORDER_START_SECONDS_MAX = 60
/** How often the node looks how its engine stands. */
export const ORDER_LOOK_SECONDS = 1
/** How long an engine may take to end before it is killed. */
export const ENGINE_STOP_SECONDS = 5
/** An answer of the engine's RPC: its status and those of 128 peers. */
export const ORDER_RPC_BYTES_MAX = 4 * 1024 * 1024
/** The engine is on the same machine: a bundle of 4,096 entries is checked in a tenth of this. */
export const ORDER_RPC_SECONDS_MAX = 10
/** Reports of members that voted twice, kept to be shown: one is an alarm, and a matter for people. */
export const ORDER_REPORTS_MAX = 16
/** Blocks executed on one head and not committed: a proposal of each of some rounds, 4 MiB and their writes. */
export const EXECUTED_BLOCKS_MAX = 4
/** Of a unix socket: `sun_path` has 108 bytes, and a zero ends it. */
export const SOCKET_PATH_BYTES_MAX = 107
/** The engine dials four times: consensus, mempool, query, snapshot. The rest is room for one that is dialled anew. */
export const ABCI_CONNECTIONS_MAX = 8
/** A block has 4 MiB, and is asked about with its evidence and votes; what is longer comes from no sound engine. */
export const ABCI_FRAME_BYTES_MAX = 16 * 1024 * 1024
/** Requests of one connection that are worked on at once: as many as the engine's own queue of transactions holds. */
export const ABCI_OPEN_REQUESTS_MAX = 512

// --- What is kept -------------------------------------------------------------------------------------------
/** Signed checkpoints of earlier sizes kept in memory: about ten minutes of blocks under load, 1 KiB each. */
export const NOTES_KEPT_MAX = 1_024
/** Others' notes of sizes that a node is yet to come to: those of some sizes from each of 128 members. */
export const EARLY_NOTES_MAX = 512
/** A checkpoint that is not final is brought to the other members again after this long. */
export const COSIGNING_RETRY_SECONDS = 1
/** What another member's node may take to answer with its note, which it has or has not. */
export const COSIGNING_SECONDS_MAX = 5
/** Pairs of keys of one node, the replaced ones among them; each start reads all. */
export const NODE_KEY_PAIRS_MAX = 64
/** Changes of keys and quorum in one file or answer: each is a decision of the founding class. */
export const TRUST_STEPS_MAX = 10_000
/** Bytes of a chain of trust that are read from another's log: a thousand changes among a hundred nodes. */
export const TRUST_BYTES_MAX = 67_108_864
/** Nodes that one trust names: as many as `governance.seatsMax` ever allows. */
export const TRUST_NODES_MAX = 1_000
/**
 * A file that the start page reads: a receipt is two proofs of NOTE_BYTES_MAX and a leaf in base64, under half of it;
 * so is a certificate with its lists.
 */
export const CHECKED_FILE_BYTES_MAX = 1_048_576
/** A receipt of a leaf that is committed and about to be signed waits this long for its checkpoint. */
export const RECEIPT_WAIT_SECONDS = 5
/** Bytes of checks waiting in the engine; over it callers wait. */
export const ENGINE_QUEUE_BYTES_MAX = 128 * 1024 * 1024
/** Callers that may wait for the engine; one more gets `engine.overloaded`. */
export const ENGINE_WAITERS_MAX = 1_024
/** Bytes of callers that wait: their arguments are copied already, so waiting is bounded by bytes too. */
export const ENGINE_WAITING_BYTES_MAX = 128 * 1024 * 1024
/** A job that takes longer hangs: its worker is replaced and the job runs again. The largest job takes under 2 s. */
export const ENGINE_JOB_MS_MAX = 30_000
/** How often a job is tried on a fresh worker before its caller gets `engine.failed`. */
export const ENGINE_TRIES_MAX = 3
/** Worker threads of one engine. More cores than this would wait for the thread that hands out the jobs. */
export const ENGINE_THREADS_MAX = 64
/** One in so many wholly accepted jobs of ordered blocks is checked again by the scalar build. */
export const ENGINE_CONFIRM_ONE_IN = 64

// --- Ledger -------------------------------------------------------------------------------------------------
/** Longest state key: LMDB takes 1,978 bytes with 4 KiB pages; ids of 64 and hashes of 64 leave keys below 400. */
export const STATE_KEY_BYTES_MAX = 1_024
/** Parsed state values kept in memory: at about 500 bytes each, the 130,000 used last. */
export const STATE_CACHE_BYTES_MAX = 64 * 1024 * 1024
/**
 * Free runs of pages that LMDB holds in its list from one commit to the next, and above which it loads no more. It
 * walks the list in every commit: by its own bounds (50,000 and 75,000) a commit of one transaction takes 24 ms at 10^5
 * transactions and 169 ms at 10^6; by these 1.1 and 1.8, and blocks are as fast and the file as long as before
 * (bench/results/growth.md).
 */
export const FREE_PAGES_LOADED_MAX = 1_000
export const FREE_PAGES_KEPT_MAX = 2_000
/**
 * Young generation of the ledger thread's heap. A full block makes 20 MB of values that live until its commit; in V8's
 * 16 MB they were copied again and again, a fifth of the thread's time, and helped by four more threads.
 */
export const LEDGER_YOUNG_HEAP_MB = 192
/** What a node remembers of why a rule refused. Rules name a field and a sentence; more is cut to the code. */
export const REFUSAL_DETAILS_BYTES_MAX = 1_024
/** Calls that may wait for the ledger thread: a read takes some 10 µs, so about as many as one commit delays. */
export const LEDGER_CALLS_MAX = 8_192

/** A check that reports nothing for this long walks in circles: a flipped page number can make LMDB do so. */
export const CHECK_STALL_SECONDS_MAX = 300

// --- Custody ------------------------------------------------------------------------------------------------
/** Packs that one transaction makes, packs, ships or hands out: 256 references of 90 bytes fill a third of a body. */
export const CUSTODY_ITEMS_MAX = 256
/**
 * Items of waste that one transaction weighs: 128 weights of 350 bytes, with key and signature, fill two thirds of a
 * body.
 */
export const WASTE_WEIGHTS_MAX = 128
/** The heaviest item of waste: ten tonnes, more than a truck of clinical waste holds. */
export const WASTE_GRAMS_MAX = 10_000_000

// --- Client -------------------------------------------------------------------------------------------------
/** Tries of one request before the client gives up: with the delays below, about a minute of a node's absence. */
export const CLIENT_TRIES_MAX = 10
/** First delay before trying again; it doubles each time up to the largest. */
export const CLIENT_RETRY_MS_MIN = 200
export const CLIENT_RETRY_MS_MAX = 15_000
/** A Retry-After beyond this is given to the caller instead of being slept through. */
export const CLIENT_RETRY_AFTER_SECONDS_MAX = 60
/** One request with its answer: sending 16 MiB at 2 Mbit/s, or the longest wait, and some. */
export const CLIENT_REQUEST_MS_MAX = 100_000
/** Rounds in which a client sends again what a node rejected for overload alone. */
export const CLIENT_OVERLOAD_ROUNDS_MAX = 10
/** How often a client that waits asks again. */
export const CLIENT_POLL_MS = 500
/** How long a client waits for a result when its caller does not say. */
export const CLIENT_WAIT_SECONDS_DEFAULT = 60
/** An event of a stream is a few hundred bytes; a line longer than this is not one. */
export const CLIENT_EVENT_BYTES_MAX = 1024 * 1024

// --- Vault --------------------------------------------------------------------------------------------------
/** One content's ciphertext. Large enough for a study of CT images; larger ones are cut by their application. */
export const CONTENT_BYTES_MAX = 4 * 1024 * 1024 * 1024
/** A wrapped content key: a compact JWE of 32 bytes for X25519 has about 330 characters. */
export const CONTENT_WRAP_BYTES_MAX = 1_024
/** Readers of one content that its owner lets in. A wrap is small; this bounds what one owner can make a node keep. */
export const CONTENT_WRAPS_MAX = 1_024
/** Those that its readers let in besides, a patient above all; none of them is a place of the owner's. */
export const CONTENT_WRAPS_OF_READERS_MAX = 512
/** Of these, those of one reader: its doctors, its insurers, its family. */
export const CONTENT_WRAPS_A_READER_MAX = 64
/** Ciphertext that a member's people may keep on a node. */
export const CONTENT_MEMBER_BYTES_MAX = 256 * 1024 * 1024 * 1024
/** What a content counts of that at least: a block of common file systems, 819 times as much as 5 bytes. */
export const CONTENT_COUNTED_BYTES_MIN = 4_096
/** Contents of a member, its patients' included: each is a file, and a file system of 256 GiB has some 16 million. */
export const CONTENTS_PER_MEMBER_MAX = 4_194_304
/** Contents of a patient: ten a day for eighteen years, and 64 patients at least fill their member's. */
export const CONTENTS_PER_PATIENT_MAX = 65_536
/** Free space that a node keeps for its ledger: contents are refused before the log would be. */
export const DISK_HEADROOM_BYTES = 1024 * 1024 * 1024
/** A release is for the one who opened, now: time to fetch it after the `access.open` is final. */
export const RELEASE_SECONDS_MAX = 300

/** One upload, from its first byte to its last: 4 GiB at 2 Mbit/s, and some. */
export const CONTENT_REQUEST_SECONDS_MAX = 6 * 3600
/** An upload that sends nothing for this long is cut off. */
export const CONTENT_STALL_SECONDS_MAX = 60
/**
 * Leaves after which the place up to which erasures are done is written down: half a second of reading after a crash.
 */
export const ERASURE_MARK_LEAVES = 65_536
/** How long after a failed erasure, such as on a full disk, it is tried again. */
export const ERASURE_RETRY_SECONDS = 10

// --- Credentials --------------------------------------------------------------------------------------------
/** Bits of one status list, as bytes: a million certificates. A hostile list can not grow beyond it. */
export const STATUS_LIST_BYTES_MAX = 131_072
/** *format* The last place in such a list. */
export const STATUS_INDEX_MAX = 8 * STATUS_LIST_BYTES_MAX - 1
/** The same list, compressed and encoded: GZIP grows what it can not shrink by less than 1%, base64 by a third. */
export const STATUS_LIST_ENCODED_CHARACTERS_MAX = 180_000
/** Age at which a status list no longer tells whether a certificate stands: an institution publishes daily. */
export const STATUS_LIST_SECONDS_MAX = 86_400
/** A health certificate's credential as JSON: about 2 kB; room for a long name and more context. */
export const CREDENTIAL_BYTES_MAX = 16_384
/** How far a status list's time may lie ahead of the reader's clock. */
export const STATUS_LIST_AHEAD_SECONDS_MAX = 300
/** Certificate files a minute to one address: an inspector's whole team behind one gateway, but no harvest. */
export const CERTIFICATE_FILES_PER_MINUTE_MAX = 600

// --- Workflows ----------------------------------------------------------------------------------------------
/**
 * Kinds of records that a consent, a request or a recognition names: fewer than half of all that R4 has; more is
 * everything.
 */
export const KINDS_NAMED_MAX = 64
/**
 * Records attached to one referral: each is looked up, and 64 references of 129 characters fill an eighth of a body.
 */
export const REFERRAL_ATTACHMENTS_MAX = 64
/** Rows added to a data set at once: each names two references of 129 characters, and the batch stays in one body. */
export const FEEDBACK_BATCH_ROWS_MAX = 200
/** Rows settled at once: twice as many accounts are paid at most, about what a block does for as many transfers. */
export const FEEDBACK_SETTLE_ROWS_MAX = 256
/** Fen for which a verification is sold: a million yuan, far beyond what a check costs, so that a slip is refused. */
export const VERIFICATION_PRICE_FEN_MAX = 100_000_000
/** Lines that the schema of a prescription takes; the parameter says how many of them it may have. */
export const PRESCRIPTION_LINES_MAX = 64
/** Units of one line: far beyond a year's supply, and far from where sums stop being exact. */
export const PRESCRIPTION_UNITS_MAX = 1_000_000
/** Days that a line may say it supplies; the parameters say how many a kind of prescription may. */
export const PRESCRIPTION_DAYS_MAX = 366
/** Packs handed out at once: more than any patient carries home. */
export const PRESCRIPTION_PACKS_MAX = 256
/** People that one inspection counts: more than any enterprise employs in one place. */
export const INSPECTED_PEOPLE_MAX = 1_000_000
/** Issuers of a currency at any time: each issue adds up what all of them have outstanding. */
export const ISSUERS_MAX = 256
/** Height at which a change may be set to begin: far beyond any ledger, and an exact integer. */
export const CHANGE_HEIGHT_MAX = 2 ** 48
/**
 * Providers that a payer's rule names: 100 ids of 64 characters are an eighth of a body; without a list it takes all.
 */
export const RULE_PROVIDERS_MAX = 100
/** How old a visit a payer's rule may take: ten years, no claim is older. */
export const RULE_WINDOW_SECONDS_MAX = 315_576_000
/** *format* People of one cohort of mutual aid: a thousand commitments in base64 fill 43 of a body's 65 kB. */
export const COHORT_MEMBERS_MAX = 1_000
/** *format* Hashes of an inclusion proof in a tree of COHORT_MEMBERS_MAX leaves. */
export const COHORT_PATH_HASHES_MAX = 10
/** Rounds of mutual aid read at once: a century of two a month, and some. */
export const AID_ROUNDS_LISTED_MAX = 2_500
/** *format* Cases of one round: their numbers stand in keys with five digits. */
export const AID_CASE_NUMBER_MAX = 99_999
/** Aid for one case at most, 100 million yuan: a full round of such cases with a fee as high again stays exact. */
export const AID_AMOUNT_FEN_MAX = 10_000_000_000
/**
 * Claims in one publication: 400 references of 129 characters stay within a body; more follow in another on the same
 * day.
 */
export const AID_CASES_AT_ONCE_MAX = 400
/** Collectors of one plan, which a round states one by one: 400 ids with their sums still fit into a body. */
export const AID_COLLECTORS_STATED_MAX = 400
/** Members read with a plan's collectors: above the parameter's bound. */
export const AID_COLLECTORS_LISTED_MAX = 1_000
/** Claims of a queue of mutual aid that are counted; more are told as this many. */
export const AID_QUEUE_COUNTED_MAX = 1_000
/** Extensions of a patient's storage bought at once. */
export const QUOTA_UNITS_MAX = 1_000
/** Cells of one report: 500 with ids of 64 characters fill two thirds of a body. */
export const REPORT_CELLS_MAX = 500
/** What one cell of a report counts: more than there are people. */
export const REPORT_COUNT_MAX = 10_000_000_000
/** Members of one episode of care: each is an index row, and a share of the price. */
export const EPISODE_MEMBERS_MAX = 16
/** Steps of one pathway: they stand in one row. */
export const PATHWAY_STEPS_MAX = 32

// --- Import -------------------------------------------------------------------------------------------------
/** An imported resource that becomes a private part: leaves room for the salt and the field around it. */
export const IMPORTED_RESOURCE_BYTES_MAX = 60_000
/** An imported event that becomes a private part: the limit of one, without room for its salt. */
export const IMPORTED_EVENT_BYTES_MAX = 65_000
