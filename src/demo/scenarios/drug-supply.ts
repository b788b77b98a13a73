/** Drug packs from the maker to the patient: each sold once, none recalled, expired or from who never held it. */
import { YEAR_SECONDS } from '../../base/index.ts'
import type { Draft } from '../../client/index.ts'
import { DRUG_DISTRIBUTOR, DRUG_MAKER, DRUG_REGULATOR, INSURER, PHARMACY } from '../consortium.ts'
import { type Scenario, step } from './scenario.ts'

/** A GTIN of this run: twelve digits of a hash behind a zero, and the check digit of GS1. */
function gtinOf(hash: string): string {
  const digits = `0${[...hash.slice(0, 12)].map((digit) => Number.parseInt(digit, 16) % 10).join('')}`
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (i % 2 === 0 ? 3 : 1), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}

export const drugSupply: Scenario = {
  title: 'Drug packs from the maker to the patient',
  async steps(cast) {
    const { surface } = cast
    const [maker, wholesaler, pharmacy, regulator, insurer] = cast.members(
      DRUG_MAKER,
      DRUG_DISTRIBUTOR,
      PHARMACY,
      DRUG_REGULATOR,
      INSURER,
    )
    const now = surface.now()
    const gtin = gtinOf(cast.hash())
    const pack = (serial: number) => `${gtin}:${serial}`
    const expiry = now + YEAR_SECONDS

    const commission = (serials: readonly number[], lot: string, until = expiry): Draft => ({
      type: 'supply.commission',
      payload: { packs: serials.map(pack), gtin, lot, expiry: until },
    })
    const ship = (shipmentId: string, to: string, items: readonly string[]): Draft => ({
      type: 'supply.ship',
      payload: { shipmentId, to, items: [...items] },
    })
    const receive = (from: string, shipmentId: string): Draft => ({
      type: 'supply.receive',
      payload: { shipment: `${from}:${shipmentId}`, result: 'full' },
    })
    const dispense = (...serials: readonly number[]): Draft => ({
      type: 'supply.dispense',
      payload: { packs: serials.map(pack) },
    })
    const verify = (lot: string): Draft => ({
      type: 'supply.verify',
      payload: { pack: pack(1), gtin, lot, expiry },
    })
    const [box, first, second, wrong, late] = cast.ids('case', 'first', 'second', 'wrong', 'late')
    const container = `${DRUG_MAKER}:${box}`
    return [
      step(
        'maker',
        'makes packs of a product that is not registered',
        maker,
        commission([1], 'A1'),
        'supply.product-unknown',
      ),
      step('regulator', 'registers the product', regulator, {
        type: 'supply.register-product',
        payload: { gtin, manufacturer: DRUG_MAKER },
        privatePart: { name: 'Amoxicillin', strength: '500 mg', form: 'capsule', size: '24 capsules' },
      }),
      step('maker', 'makes packs that have expired', maker, commission([1], 'A1', now - 1), 'supply.expired'),
      step('maker', 'makes three packs of lot A1', maker, commission([1, 2, 3], 'A1')),
      step('maker', 'makes a pack a second time', maker, commission([3], 'A1'), 'supply.exists'),
      step('maker', 'makes a pack of lot B2', maker, commission([4], 'B2')),
      step('maker', 'packs them into a case', maker, {
        type: 'supply.pack',
        payload: { container: box, items: [1, 2, 3, 4].map(pack) },
      }),
      step('maker', 'ships the case to the wholesaler', maker, ship(first, DRUG_DISTRIBUTOR, [container])),
      step('wholesaler', 'receives it, and all packs with it', wholesaler, receive(DRUG_MAKER, first)),
      step(
        'maker',
        'ships a pack that it no longer has',
        maker,
        ship(wrong, PHARMACY, [pack(1)]),
        'supply.unknown',
      ),
      step('maker', 'ships the case again', maker, ship(wrong, PHARMACY, [container]), 'supply.unknown'),
      step(
        'pharmacy',
        'receives what the maker no longer held',
        pharmacy,
        receive(DRUG_MAKER, wrong),
        'supply.handover-unknown',
      ),
      step('wholesaler', 'opens the case', wholesaler, {
        type: 'supply.unpack',
        payload: { container, items: [1, 2, 3, 4].map(pack) },
      }),
      step(
        'wholesaler',
        'ships three packs to the pharmacy',
        wholesaler,
        ship(second, PHARMACY, [1, 2, 3].map(pack)),
      ),
      step(
        'insurer',
        'receives them in the pharmacy’s place',
        insurer,
        receive(DRUG_DISTRIBUTOR, second),
        'supply.handover-unknown',
      ),
      step('pharmacy', 'receives them', pharmacy, receive(DRUG_DISTRIBUTOR, second)),
      step('pharmacy', 'checks a pack against its label', pharmacy, verify('A1')),
      step('pharmacy', 'finds another lot on a label', pharmacy, verify('B2'), 'supply.mismatch'),
      step('pharmacy', 'sells a pack', pharmacy, dispense(1)),
      step('pharmacy', 'sells it again: kept, with an alarm', pharmacy, dispense(1)),
      step('pharmacy', 'keeps a pack back', pharmacy, {
        type: 'supply.quarantine',
        payload: { items: [pack(2)] },
      }),
      step('pharmacy', 'sells the one kept back', pharmacy, dispense(2), 'supply.quarantined'),
      step('maker', 'recalls lot A1', maker, { type: 'supply.recall', payload: { gtin, lot: 'A1' } }),
      step('pharmacy', 'sells a recalled pack', pharmacy, dispense(3), 'supply.recalled'),
      step('pharmacy', 'sends the recalled packs back', pharmacy, {
        type: 'supply.return',
        payload: { shipmentId: late, to: DRUG_DISTRIBUTOR, items: [2, 3].map(pack) },
      }),
      step('wholesaler', 'takes them back', wholesaler, receive(PHARMACY, late)),
      step(
        'wholesaler',
        'ships one of them on',
        wholesaler,
        ship(cast.id('again'), PHARMACY, [pack(3)]),
        'supply.recalled',
      ),
      step('wholesaler', 'destroys them', wholesaler, {
        type: 'supply.decommission',
        payload: { items: [2, 3].map(pack), reason: 'destroyed' },
      }),
    ]
  },
}
