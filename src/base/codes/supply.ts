/** Refusals by the rules of supply: numbers from 2400 to 2499. */
import { type CodeRow, row } from './row.ts'

export const SUPPLY_CODES = {
  'supply.role': row(2400, 403, 'Your role, or that of your member, may not do this.'),
  'supply.exists': row(2401, 409, 'An item of this id is there already.'),
  'supply.unknown': row(2402, 409, 'There is no such item that concerns your member.'),
  'supply.ended': row(2403, 409, 'The item is no more: dispensed, decommissioned or emptied.'),
  'supply.packed': row(
    2404,
    409,
    'The item lies in a container; only the outermost one is moved, opened or ended.',
  ),
  'supply.not-holder': row(2405, 403, 'You do not hold the item, nor act for who does.'),
  'supply.offered': row(2406, 409, 'The item is offered to a receiver that has not answered.'),
  'supply.handover-exists': row(2407, 409, 'A handover of this id is there already.'),
  'supply.handover-unknown': row(2408, 409, 'There is no such shipment from or to your member.'),
  'supply.handover-over': row(2409, 409, 'The handover has been answered or taken back.'),
  'supply.not-receiver': row(
    2410,
    403,
    'The handover names another receiver; only its two sides may end it.',
  ),
  'supply.not-in-container': row(2411, 409, 'The item does not lie directly in this container.'),
  'supply.not-container': row(
    2412,
    409,
    'A container can not be packed into itself, nor a single pack be a container.',
  ),
  'supply.container-full': row(
    2413,
    409,
    'The container would hold more items, kinds or levels than the parameters allow.',
  ),
  'supply.container-id': row(
    2414,
    409,
    'The id of the container would read as that of a pack, or is too long.',
  ),
  'supply.receiver-unfit': row(2415, 409, 'The receiver is not active on this ledger.'),
  'supply.not-shipped': row(
    2416,
    409,
    'The sender has shipped you no such thing: nothing is received from who never held it.',
  ),
  'supply.not-next-link': row(
    2417,
    409,
    'The receiver is not a next link of the chain, or not one from which the item came.',
  ),
  'supply.gtin': row(2418, 409, 'The number is no GTIN: its check digit is wrong.'),
  'supply.product-unknown': row(
    2419,
    409,
    'No regulator has registered this product, or its code, to your member.',
  ),
  'supply.product-taken': row(2420, 409, 'The product or its code is registered to another.'),
  'supply.manufacturer-unfit': row(2421, 409, 'The member named is not an active manufacturer.'),
  'supply.code': row(2422, 409, 'The code is of another product than the one named.'),
  'supply.lot-expiry': row(2423, 409, 'The lot is known with another expiry.'),
  'supply.expired': row(2424, 409, 'A lot has expired, or the expiry named has passed.'),
  'supply.lot-unknown': row(2425, 409, 'There is no such lot.'),
  'supply.recalled': row(
    2426,
    409,
    'A lot is recalled: it is neither shipped nor dispensed, and no more of it is made.',
  ),
  'supply.recalled-before': row(2427, 409, 'The lot has been recalled already.'),
  'supply.quarantined': row(2428, 409, 'The item is in quarantine.'),
  'supply.not-quarantined': row(2429, 409, 'The item is not in quarantine, or others put it there.'),
  'supply.not-pack': row(2430, 409, 'Only single packs are dispensed, not containers.'),
  'supply.sold': row(2431, 409, 'The pack was dispensed before; report a second sale by supply.dispense.'),
  'supply.mismatch': row(2432, 409, 'Product, lot or expiry are not those of this code.'),
  'supply.result': row(
    2433,
    409,
    'The items named are not what this result means: all of the shipment, some, or none.',
  ),
} as const satisfies Record<string, CodeRow>
