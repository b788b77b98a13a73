/**
 * Clinical waste from the ward to the furnace: each link weighs, nobody sells, and a bag that lost weight waits for the
 * bureau.
 */
import { YEAR_SECONDS } from '../../base/index.ts'
import { type Draft, signWeight } from '../../client/index.ts'
import { CITY_HOSPITAL, ENTERPRISE, ENVIRONMENT_BUREAU, HAULER, TREATMENT_PLANT } from '../consortium.ts'
import { type CastMember, type Scenario, step } from './scenario.ts'

const ALL = ['infectious', 'pathological', 'sharps', 'pharmaceutical', 'chemical']

export const clinicalWaste: Scenario = {
  title: 'Clinical waste from the ward to the furnace',
  async steps(cast) {
    const { surface } = cast
    const { ledgerId } = surface
    const keys = {
      hospital: surface.member(CITY_HOSPITAL),
      hauler: surface.member(HAULER),
      plant: surface.member(TREATMENT_PLANT),
      bureau: surface.member(ENVIRONMENT_BUREAU),
    }
    const nurse = cast.person(CITY_HOSPITAL, 'nurse')
    const collector = cast.person(CITY_HOSPITAL, 'collector')
    const scales = {
      ward: cast.person(CITY_HOSPITAL, 'ward-scale'),
      truck: cast.person(HAULER, 'truck-scale'),
      gate: cast.person(TREATMENT_PLANT, 'gate-scale'),
    }
    const [bag, heavy, needles] = cast.ids('bag', 'heavy-bag', 'needles')
    const item = (local: string | undefined) => `${CITY_HOSPITAL}:${local}`
    const now = surface.now()
    // Each weight is taken a second after the one before.
    let taken = 0
    const weigh = (scale: CastMember, of: string, grams: number) =>
      signWeight(scale.key, { ledgerId, item: of, grams, at: now + taken++ })

    const authorise = (member: string, classes: readonly string[]): Draft => ({
      type: 'waste.authorise',
      payload: { member, classes: [...classes], until: now + YEAR_SECONDS },
    })
    const seal = async (bagId: string, wasteClass: string, container: string, grams: number) => {
      const weight = await weigh(scales.ward, item(bagId), grams)
      return {
        type: 'waste.seal',
        payload: { bagId, class: wasteClass, department: 'ward-3', container, weight },
      }
    }
    const both = [item(bag), item(heavy)]
    const weights = async (scale: CastMember, ...grams: readonly number[]) =>
      Promise.all(
        grams.map(async (value, i) => ({ item: both[i]!, ...(await weigh(scale, both[i]!, value)) })),
      )
    const offer = (offerId: string, to: string): Draft => ({
      type: 'waste.offer',
      payload: { offerId, items: both, to },
    })
    const [collection, manifest, shipment] = cast.ids('collection', 'manifest', 'shipment')
    const openManifest = (hauler: string): Draft => ({
      type: 'waste.open-manifest',
      payload: { manifestId: manifest, hauler, plant: TREATMENT_PLANT, items: both },
    })
    const ship = (items: readonly string[], id = shipment): Draft => ({
      type: 'waste.ship',
      payload: { shipmentId: id, manifest: item(manifest), items: [...items] },
    })
    const resolve = (grams: number): Draft => ({
      type: 'waste.resolve',
      payload: { item: item(heavy), grams },
    })
    const destroy = async (of: string, grams: number): Promise<Draft> => ({
      type: 'waste.destroy',
      payload: { item: of, method: 'incineration', weight: await weigh(scales.gate, of, grams) },
    })
    return [
      step('hospital', 'enrols a nurse', keys.hospital, await cast.enrol(nurse, 'nurse')),
      step('hospital', 'enrols a collector', keys.hospital, await cast.enrol(collector, 'collector')),
      step('hospital', 'enrols a scale', keys.hospital, await cast.enrol(scales.ward, 'scale')),
      step('hauler', 'enrols the scale of its truck', keys.hauler, await cast.enrol(scales.truck, 'scale')),
      step('plant', 'enrols the scale at its gate', keys.plant, await cast.enrol(scales.gate, 'scale')),
      step('bureau', 'authorises the hospital', keys.bureau, authorise(CITY_HOSPITAL, ALL)),
      step('bureau', 'authorises the plant', keys.bureau, authorise(TREATMENT_PLANT, ALL)),
      step('bureau', 'authorises the hauler for sharps alone', keys.bureau, authorise(HAULER, ['sharps'])),
      step('a nurse', 'seals a bag', nurse.key, await seal(bag, 'infectious', 'bag', 1_200)),
      step('a nurse', 'seals a heavy bag', nurse.key, await seal(heavy, 'infectious', 'bag', 5_000)),
      step(
        'a nurse',
        'puts needles into a bag',
        nurse.key,
        await seal(needles, 'sharps', 'bag', 300),
        'waste.container',
      ),
      step(
        'a nurse',
        'seals the needles in their box',
        nurse.key,
        await seal(needles, 'sharps', 'sharps-box', 300),
      ),
      step(
        'a nurse',
        'packs bag and needles together',
        nurse.key,
        {
          type: 'waste.pack',
          payload: { boxId: cast.id('box'), class: 'infectious', items: [item(bag), item(needles)] },
        },
        'waste.mixed',
      ),
      step('a nurse', 'sells the bags', nurse.key, offer(cast.id('sale'), ENTERPRISE), 'waste.not-next-link'),
      step('a nurse', 'offers the bags to the collector', nurse.key, offer(collection, collector.actor)),
      step('the collector', 'accepts them, weighed again', collector.key, {
        type: 'waste.accept',
        payload: { offer: item(collection), weights: await weights(scales.ward, 1_195, 5_000) },
      }),
      step('the collector', 'brings them into the store', collector.key, {
        type: 'waste.store',
        payload: { items: both },
      }),
      step(
        'the collector',
        'gives them to a scrap dealer',
        collector.key,
        openManifest(ENTERPRISE),
        'waste.not-next-link',
      ),
      step(
        'the collector',
        'gives them to the hauler without authorisation',
        collector.key,
        openManifest(HAULER),
        'waste.unauthorised',
      ),
      step('bureau', 'authorises the hauler for all classes', keys.bureau, authorise(HAULER, ALL)),
      step('the collector', 'opens a manifest', collector.key, openManifest(HAULER)),
      step('hauler', 'takes them over; the heavy bag has lost a kilogram', keys.hauler, {
        type: 'waste.accept',
        payload: { offer: item(manifest), weights: await weights(scales.truck, 1_195, 4_000) },
      }),
      step('hauler', 'drives both to the plant', keys.hauler, ship(both), 'waste.discrepant'),
      step('hospital', 'states the weight', keys.hospital, resolve(4_000)),
      step('bureau', 'closes it without the hauler', keys.bureau, resolve(4_000), 'waste.not-stated'),
      step('hauler', 'states the same', keys.hauler, resolve(4_000)),
      step('bureau', 'closes it', keys.bureau, resolve(4_000)),
      step('hauler', 'drives both to the plant now', keys.hauler, ship(both)),
      step('plant', 'receives them', keys.plant, {
        type: 'waste.receive',
        payload: {
          shipment: `${HAULER}:${shipment}`,
          result: 'full',
          weights: await weights(scales.gate, 1_195, 4_000),
        },
      }),
      step('plant', 'burns the bag', keys.plant, await destroy(item(bag), 1_190)),
      step('plant', 'burns the heavy bag', keys.plant, await destroy(item(heavy), 4_000)),
      step('plant', 'burns the bag again', keys.plant, await destroy(item(bag), 1_190), 'waste.ended'),
    ]
  },
}
