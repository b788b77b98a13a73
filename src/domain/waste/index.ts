/** Clinical waste from the ward to the furnace. docs/domain/waste.md. */
import { HOUR_SECONDS } from '../../base/index.ts'
import type { DomainModule } from '../contract.ts'
import { authorise, withdraw } from './authorisations.ts'
import { destroy, resolve } from './differences.ts'
import { accept, cancel, offer, openManifest, receive, ship } from './handovers.ts'
import { reads } from './reads.ts'
import { pack, seal, store, unpack } from './sealing.ts'
import { AUTHORISATIONS, BALANCES, DISCREPANCIES, DUES, MANIFESTS, WASTE } from './state.ts'

export const waste: DomainModule = {
  name: 'waste',
  summary:
    'Clinical waste: sealed, weighed at each link, transported on manifests, destroyed; the mass balance.',
  verbs: {
    authorise,
    withdraw,
    seal,
    pack,
    unpack,
    offer,
    accept,
    store,
    'open-manifest': openManifest,
    ship,
    receive,
    destroy,
    resolve,
    cancel,
  },
  reads,
  tables: [...Object.values(WASTE.tables), AUTHORISATIONS, MANIFESTS, DUES, DISCREPANCIES, BALANCES],
  parameters: {
    departmentSecondsMax: {
      default: 24 * HOUR_SECONDS,
      min: HOUR_SECONDS,
      max: 7 * 24 * HOUR_SECONDS,
      meaning:
        'From sealing, or from coming back, until an item is in the store. Seconds; a day, as departments are emptied daily by the rules of China on medical waste.',
    },
    storeSecondsMax: {
      default: 48 * HOUR_SECONDS,
      min: HOUR_SECONDS,
      max: 14 * 24 * HOUR_SECONDS,
      meaning:
        'How long an item may stay in the store. Seconds; 48 hours, as the regulations of China on medical waste allow two days.',
    },
    destructionSecondsMax: {
      default: 24 * HOUR_SECONDS,
      min: HOUR_SECONDS,
      max: 14 * 24 * HOUR_SECONDS,
      meaning: 'From leaving the store until destruction. Seconds; 24 hours.',
    },
    differencePermille: {
      default: 20,
      min: 0,
      max: 1_000,
      meaning:
        'Weights of two links further apart than this and than waste.differenceGrams make an item discrepant. Thousandths of the earlier weight; 2%.',
    },
    differenceGrams: {
      default: 50,
      min: 0,
      max: 10_000,
      meaning: 'The other bound of a difference: scales and moisture alone make less. Grams.',
    },
    mixedPermilleMax: {
      default: 100,
      min: 0,
      max: 500,
      meaning:
        'The small pharmaceutical amount that may go, labelled, with infectious waste. Thousandths of the weight of the box; the catalogue of China gives no number, a tenth is taken.',
    },
    weightSecondsMax: {
      default: HOUR_SECONDS,
      min: 60,
      max: 24 * HOUR_SECONDS,
      meaning: 'How old a weight may be when it is reported. Seconds; an hour.',
    },
    weightAheadSecondsMax: {
      default: 300,
      min: 0,
      max: HOUR_SECONDS,
      meaning: "How far a scale's clock may lie ahead of block time. Seconds; five minutes.",
    },
    childrenMax: {
      default: 512,
      min: 1,
      max: 10_000,
      meaning: 'Items that lie directly in one box.',
    },
    linesMax: {
      default: 16,
      min: 1,
      max: 256,
      meaning: 'Classes and months that lie in one box: each is booked when the box is destroyed.',
    },
    depthMax: {
      default: 3,
      min: 1,
      max: 8,
      meaning: 'Levels of boxes in boxes: whoever asks for the holder of an item climbs them.',
    },
  },
  ports: {},
  needs: ['identity.actor', 'identity.member', 'identity.signer'],
}
