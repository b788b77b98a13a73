/** What comes through a door to be admitted. */

/** One transaction as it came through a door. */
export interface Submission {
  /** Transaction leaf: 0x01 ‖ public key ‖ signature ‖ body. */
  readonly entry: Uint8Array
  readonly privatePart?: Uint8Array | undefined
}
