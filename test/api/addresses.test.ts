/** What counts as one client. */
import { describe, expect, it } from 'vitest'
import { clientOf, makeNetworkCheck } from '../../src/api/addresses.ts'

describe('a client', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('of %s is %s', (address, client) => expect(clientOf(address)).toBe(client))

  it('is a proxy where its address or network is named', () => {
    const isProxy = makeNetworkCheck(['10.0.0.1', '10.1.0.0/16', '2001:db8::/32'])
    for (const address of ['10.0.0.1', '10.1.2.3', '2001:db8::7', '::ffff:10.1.2.3'])
      expect(isProxy(address), address).toBe(true)
    for (const address of ['10.0.0.2', '10.2.0.1', '2001:db9::7', '']) expect(isProxy(address)).toBe(false)
    expect(makeNetworkCheck([])('127.0.0.1')).toBe(false)
  })
})
