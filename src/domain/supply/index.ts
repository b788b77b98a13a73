/** Drugs from the manufacturer to the patient. docs/domain/supply.md. */
import type { DomainModule } from '../contract.ts'
import { decommission, dispense, dispenseTo, quarantine, release, verify } from './endings.ts'
import { cancel, pack, receive, returnItems, ship, unpack } from './handovers.ts'
import { commission, recall, registerProduct } from './products.ts'
import { reads } from './reads.ts'
import { CODES, IN_HAND, LOTS, PRODUCTS, SUPPLY } from './state.ts'

export const supply: DomainModule = {
  name: 'supply',
  summary: 'Drug packs: commissioned, shipped, received, sold once; recalls and quarantine.',
  verbs: {
    'register-product': registerProduct,
    commission,
    pack,
    unpack,
    ship,
    receive,
    return: returnItems,
    cancel,
    dispense,
    recall,
    quarantine,
    release,
    decommission,
    verify,
  },
  reads,
  tables: [...Object.values(SUPPLY.tables), PRODUCTS, CODES, LOTS, IN_HAND],
  parameters: {
    childrenMax: {
      default: 512,
      min: 1,
      max: 10_000,
      meaning: 'Items that lie directly in one case or on one pallet: a large case holds some 200 packs.',
    },
    linesMax: {
      default: 64,
      min: 1,
      max: 1_024,
      meaning: 'Lots that lie in one container: as many rows change when it changes hands.',
    },
    depthMax: {
      default: 4,
      min: 1,
      max: 8,
      meaning:
        'Levels of containers: bundle, case, pallet, truck. Whoever asks for the holder of a pack climbs them.',
    },
  },
  ports: { 'supply.dispense': dispenseTo },
  needs: ['identity.member'],
}
