// A rules version for tests, numbered so that no real one ever meets it. It is made as a real one is, from the modules
// of the version before: it replaces the rule of one verb, adds a verb, a read and a parameter, and removes a verb.
// Without types, so that sources and build, of which each has its own modules, both can make it.
import Type from 'typebox'

export const TEST_VERSION = 4_294_967_000

/** The version that follows `released`. */
export function testVersionAfter(released) {
  const { verbs, reads } = released[0].modules.find(({ name }) => name === 'record')
  const anchorV2 = {
    ...verbs.anchor,
    summary: 'As before, but refused for an encounter that lies too long ago.',
    rule(context) {
      const { payload, time } = context
      if (payload.encounterAt < time - context.parameter('ageSecondsMax')) {
        context.refuse('record.in-future', { field: '/payload/encounterAt' })
      }
      verbs.anchor.rule(context)
    },
  }
  const stamp = {
    summary: 'Stamps something.',
    payload: Type.Object(
      { stampId: Type.String({ pattern: '^[a-z0-9-]{1,64}$' }) },
      { additionalProperties: false },
    ),
    privatePart: 'none',
    parties: () => [],
    rule: ({ state, payload, signer, time }) =>
      state.put(`record/stamp/${signer.member}/${payload.stampId}`, { at: time }),
  }
  const document = { ...reads.find(({ path }) => path === '/records/:ref'), path: '/documents/:ref' }
  const ageSecondsMax = {
    default: 86_400,
    min: 60,
    max: 8_640_000,
    meaning: 'How long ago an encounter may be. Seconds; a day.',
  }
  return {
    version: TEST_VERSION,
    changes: {
      identity: { verbs: { link: 'removed' } },
      record: {
        verbs: { anchor: anchorV2, stamp },
        reads: { '/documents/:ref': document },
        parameters: { ageSecondsMax },
      },
    },
  }
}
