import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GENESIS_BYTES_MAX, LedgerError, toHex, utf8 } from '../../src/base/index.ts'
import { type GenesisMistake, parseGenesis } from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { kernel } from './kernel.ts'
import { sampleGenesis, sampleGenesisBytes, sampleKey } from './sample-ledger.ts'

type Loose = { [name: string]: Loose }

/** Fields that `parseGenesis` finds wrong in `bytes`, each with its message. */
function mistakesIn(bytes: Uint8Array): string[] {
  try {
    parseGenesis(kernel, bytes)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    expect(error.code).toBe('genesis.invalid')
    const mistakes = error.details.mistakes as GenesisMistake[]
    expect(error.details.field).toBe(mistakes[0]!.field)
    return mistakes.map(({ field, message }) => `${field} ${message}`)
  }
  return []
}

/** Mistakes in the sample genesis once the field at a JSON pointer has another value (undefined: is gone). */
function mistakesWith(changes: { readonly [pointer: string]: unknown }): string[] {
  const genesis = JSON.parse(JSON.stringify(sampleGenesis)) as Loose
  for (const [pointer, value] of Object.entries(changes)) {
    const names = pointer.split('/').slice(1)
    const last = names.pop()!
    const parent = names.reduce<Loose>((at, name) => at[name]!, genesis)
    if (value === undefined) delete parent[last]
    else parent[last] = value as Loose
  }
  return mistakesIn(utf8(JSON.stringify(genesis)))
}

const keyHex = (byte: number) => toHex(sampleKey(byte).publicKey)

describe('a genesis', () => {
  test('is read, whatever its white space', () => {
    expect(parseGenesis(kernel, sampleGenesisBytes)).toEqual(sampleGenesis)
    expect(parseGenesis(kernel, utf8(JSON.stringify(sampleGenesis)))).toEqual(sampleGenesis)
  })

  test('may have no actors and no parameters', () => {
    expect(mistakesWith({ '/actors': [], '/parameters': {} })).toEqual([])
  })

  test('takes names of other scripts', () => {
    expect(mistakesWith({ '/name': '常州医联体.example/账本' })).toEqual([])
  })

  test('names its members as people read them', () => {
    const mistakesNamed = (name: unknown) => mistakesWith({ '/members/1/displayName': name })
    expect(mistakesNamed('河滨医院 (East)')).toEqual([])
    for (const name of ['', ' A', 'A\u202eB', 'A\u0000', 7, null, ['A']]) {
      expect(mistakesNamed(name)).toEqual([
        expect.stringMatching('^/members/1/displayName is not 1 to 100 letters'),
      ])
    }
  })

  test('may be 65,000 bytes long and no longer', () => {
    const padded = (byteLength: number) => utf8(JSON.stringify(sampleGenesis).padEnd(byteLength, ' '))
    expect(mistakesIn(padded(GENESIS_BYTES_MAX))).toEqual([])
    expect(mistakesIn(padded(GENESIS_BYTES_MAX + 1))).toEqual([' is 65001 bytes long, more than 65000.'])
  })
})

describe('a genesis file that is not sound JSON', () => {
  const text = JSON.stringify(sampleGenesis)
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'not JSON'],
    ['a BOM', utf8(`\ufeff${text}`), 'not JSON'],
    ['invalid UTF-8', utf8(text).with(12, 0xff), 'not valid UTF-8'],
    ['trailing bytes', utf8(`${text}x`), 'not JSON'],
    ['a comment', utf8(`/* */${text}`), 'not JSON'],
    ['a key twice', utf8(text.replace('{', '{"quorum":1,')), 'The key "quorum" stands twice'],
    [
      'a key twice, once escaped',
      utf8(text.replace('{', '{"q\\u0075orum":1,')),
      'The key "quorum" stands twice',
    ],
    ['a key twice inside', utf8(text.replace('"roles"', '"id":"x","roles"')), 'The key "id" stands twice'],
    ['deep nesting', utf8('['.repeat(30_000) + ']'.repeat(30_000)), 'nested deeper than 64'],
    ['a number as 2.0', utf8(text.replace('"quorum":2', '"quorum":2.0')), 'The number 2.0'],
    ['a number as 2e0', utf8(text.replace('"quorum":2', '"quorum":2e0')), 'The number 2e0'],
    ['-0', utf8(text.replace('"quorum":2', '"quorum":-0')), 'The number -0'],
    ['2^53', utf8(text.replace('"quorum":2', '"quorum":9007199254740992')), 'The number 9007199254740992'],
    [
      'a number rounded',
      utf8(text.replace('"quorum":2', '"quorum":2.00000000000000000001')),
      'The number 2.0000',
    ],
  ])('with %s is refused', (_, bytes, message) => {
    const mistakes = mistakesIn(bytes)
    expect(mistakes).toHaveLength(1)
    expect(mistakes[0]).toContain(message)
  })

  test('damaged anywhere is refused, or is sound and another genesis', () => {
    const { length } = sampleGenesisBytes
    checkProperty(
      fc.property(fc.nat({ max: length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: 40 }), (at, byte, cut) => {
        const damaged = sampleGenesisBytes.with(at, byte)
        for (const bytes of [damaged, damaged.subarray(0, length - cut), damaged.subarray(at)]) {
          for (const mistake of mistakesIn(bytes)) expect(mistake).toMatch(/^(|\/.*) .*[^ ]$/s)
        }
      }),
      500,
    )
  })

  test('but one key in two maps, or a key like a text, is no mistake', () => {
    expect(mistakesWith({ '/name': 'quorum', '/members/0/id': 'members', '/actors': [] })).toEqual([])
  })
})

describe('mistakes of fields are named', () => {
  test.each<[string, string, unknown]>([
    ['/name', 'is missing.', undefined],
    ['/name', 'is not 1 to 128 characters', ''],
    ['/name', 'is not 1 to 128 characters', 'my ledger'],
    ['/name', 'is not 1 to 128 characters', 'my+ledger'],
    ['/name', 'is not 1 to 128 characters', 'my\u3000ledger'],
    ['/name', 'is not 1 to 128 characters', 'my\nledger'],
    ['/name', 'is not 1 to 128 characters', 'x'.repeat(129)],
    ['/name', 'is not 1 to 128 characters', 7],
    ['/time', 'is not an integer of 1 to 4294967295.', 0],
    ['/time', 'is not an integer of 1 to 4294967295.', 2 ** 32],
    ['/time', 'is not an integer of 1 to 4294967295.', '2026'],
    ['/quorum', 'is missing.', undefined],
    ['/quorum', 'is not an integer of 1 to 2.', 0],
    ['/quorum', 'is not an integer of 1 to 2.', 3],
    ['/members', 'is missing.', undefined],
    ['/members', 'is not a list.', {}],
    ['/members/0', 'is not a map.', 'city-hospital'],
    ['/members/0/id', 'is missing.', undefined],
    ['/members/2/id', 'does not match', 'audit:office'],
    ['/members/2/id', 'does not match', 'x'.repeat(65)],
    ['/members/2/id', 'is the same as /members/0/id.', 'city-hospital'],
    ['/members/2/roles', 'is empty.', []],
    ['/members/2/roles', 'is not a list.', 'auditor'],
    ['/members/2/roles/0', 'is not a role of members.', ['doctor']],
    ['/members/2/roles/1', 'stands twice.', ['auditor', 'auditor']],
    ['/members/2/key', 'is missing.', undefined],
    ['/members/2/key', 'is not 64 lower-case hex digits.', keyHex(8).toUpperCase()],
    ['/members/2/key', 'is not 64 lower-case hex digits.', keyHex(8).slice(2)],
    ['/members/2/key', 'is not 64 lower-case hex digits.', 9],
    ['/members/2/key', 'is not the canonical encoding', '00'.repeat(32)],
    ['/members/2/key', 'is not the canonical encoding', `01${'00'.repeat(31)}`],
    ['/members/2/key', 'is the same as /members/0/logKey.', keyHex(2)],
    ['/members/2', 'has one of logKey and cosignerKey', { ...sampleGenesis.members[2], logKey: keyHex(20) }],
    ['/members/2/orderKey', 'votes for a member that does not cosign.', keyHex(20)],
    ['/members/0/orderKey', 'is the same as /members/0/logKey.', keyHex(2)],
    ['/members/2/tier', 'is not a field of a genesis.', 3],
    ['/actors', 'is not a list.', {}],
    ['/actors/0/member', 'is not the id of a member.', 'country-hospital'],
    ['/actors/0/id', 'is not <member>:<local>', 'mutual-insurer:dr-li'],
    ['/actors/0/id', 'is not <member>:<local>', 'city-hospital'],
    ['/actors/0/id', 'is not <member>:<local>', `city-hospital:${'x'.repeat(51)}`],
    ['/actors/0/role', 'is not a role of actors.', 'hospital'],
    ['/actors/0/key', 'is the same as /members/1/key.', keyHex(4)],
    ['/actors/0/encryptionKey', 'is the same as /actors/0/key.', keyHex(7)],
    ['/actors/0/encryptionKey', 'is missing.', undefined],
    ['/parameters', 'is missing.', undefined],
    ['/parameters', 'is not a map.', []],
    ['/parameters/record.x', 'is not an integer.', '7'],
    ['/parameters/x', 'is not named module.parameter.', 7],
    ['/comment', 'is not a field of a genesis.', 'hello'],
  ])('%s %s', (pointer, message, value) => {
    const mistakes = mistakesWith({
      [pointer.startsWith('/members/2/roles/') ? '/members/2/roles' : pointer]: value,
    })
    expect(
      mistakes.some((line) => line.startsWith(`${pointer} `) && line.includes(message)),
      mistakes.join('; '),
    ).toBe(true)
  })

  test('a key with a small-order part is refused', () => {
    const torsion = ed25519.Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
    const mixed = ed25519.Point.fromHex(keyHex(20)).add(torsion).toHex()
    expect(mistakesWith({ '/members/2/key': mixed })[0]).toContain(
      '/members/2/key is not the canonical encoding',
    )
  })

  test('an ill-named field is pointed to as RFC 6901 writes it', () => {
    expect(mistakesIn(utf8('{"a/b~c":1}'))).toContain('/a~1b~0c is not a field of a genesis.')
    expect(mistakesIn(utf8('{"__proto__":{"name":"x"}}'))).toContain(
      '/__proto__ is not a field of a genesis.',
    )
    expect(mistakesIn(utf8('[]'))).toEqual([' is not a map.'])
    expect(mistakesIn(utf8('null'))).toEqual([' is not a map.'])
  })

  test('a ledger needs a node', () => {
    const members = sampleGenesis.members.map(({ id, roles, key }) => ({ id, roles, key }))
    expect(mistakesWith({ '/members': members })).toEqual([
      '/members has no member with a logKey and a cosignerKey.',
    ])
  })

  test('all at once', () => {
    const changes = {
      '/name': '',
      '/time': -1,
      '/members/0/roles/0': 'king',
      '/actors/0/role': 'king',
      '/more': 1,
    }
    expect(mistakesWith(changes).map((line) => line.split(' ')[0])).toEqual([
      '/more',
      '/name',
      '/time',
      '/members/0/roles/0',
      '/actors/0/role',
    ])
  })
})
