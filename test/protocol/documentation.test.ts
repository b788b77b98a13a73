/** docs/protocol.md against the constants it names. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as base from '../../src/base/index.ts'
import * as protocol from '../../src/protocol/index.ts'

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ')
const number = (value: number): string => value.toLocaleString('en')

describe('docs/protocol.md', () => {
  test('lists the roles', () => {
    expect(page).toContain(`Roles of members: ${protocol.MEMBER_ROLES.join(', ')}.`)
    expect(page).toContain(`Roles of actors: ${protocol.ACTOR_ROLES.join(', ')}.`)
  })

  test.each([
    `of at most ${number(base.GENESIS_BYTES_MAX)} bytes`,
    `1 to ${base.LEDGER_NAME_LENGTH_MAX} UTF-16 units`,
    `by at most ${number(base.EXPIRES_AHEAD_SECONDS_MAX)}`,
    `nesting goes to ${base.BODY_DEPTH_MAX}`,
    `1 to ${number(base.BODY_BYTES_MAX)} bytes`,
    `nesting to ${base.JSON_DEPTH_MAX}), at most ${number(base.PRIVATE_PART_BYTES_MAX)} bytes`,
    `A leaf has at most ${number(base.LEAF_BYTES_MAX)} bytes`,
    `1 to ${number(base.REFUSALS_PER_LEAF_MAX)} times`,
    `${protocol.HEADER_LEAF_BYTES} bytes |`,
    `At most ${base.NOTE_SIGNATURES_MAX} signatures and ${number(base.NOTE_BYTES_MAX)} bytes`,
    `an array of 1 to ${number(base.BATCH_COUNT_MAX)} pairs`,
    `after ${base.WAIT_SECONDS_MAX} seconds with 202`,
    `at most ${base.TOKEN_SECONDS_MAX} seconds apart`,
    protocol.IDENTIFIER_PATTERN.slice(1, -1),
  ])('says %j', (text) => {
    expect(page).toContain(text)
  })
})
