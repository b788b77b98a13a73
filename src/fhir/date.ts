/** When a FHIR R4 resource says it happened: `encounterAt` of a record that anchors it. */

/** Where resources say when, the most telling first; names of R4 elements, `period`-like ones with a `start`. */
const TIME_FIELDS = [
  'effectiveDateTime',
  'effectivePeriod',
  'effectiveInstant',
  'performedDateTime',
  'performedPeriod',
  'occurrenceDateTime',
  'occurrencePeriod',
  'period',
  'servicedPeriod',
  'billablePeriod',
  'whenHandedOver',
  'whenPrepared',
  'started',
  'start',
  'onsetDateTime',
  'recordedDate',
  'recorded',
  'authoredOn',
  'assertedDate',
  'authored',
  'dateWritten',
  'dateTime',
  'date',
  'issued',
  'sent',
  'created',
  'receivedTime',
  'identifiedDateTime',
  'evaluationDate',
  'startDate',
  'statusDate',
] as const

/** FHIR date or dateTime: year, month and day may be missing from the right; a time brings its zone. */
const DATE_TIME =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2}))?)?)?$/

/** Whether text has the form of a FHIR date or dateTime, whenever it may be. */
export const isFhirDate = (text: string): boolean => DATE_TIME.test(text)

const TIME_MAX = 2 ** 32 - 1

/** Unix seconds of a FHIR date or dateTime, UTC midnight of the first day it may mean; undefined where it is none. */
export function secondsOfFhirDate(text: string): number | undefined {
  const match = DATE_TIME.exec(text)
  if (!match) return undefined
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', zone = 'Z'] = match
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`)
  const seconds = milliseconds / 1000
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= TIME_MAX ? seconds : undefined
}

/** When the resource says it happened; undefined where it does not say, or says a time before 1970. */
export function timeOfResource(resource: Readonly<Record<string, unknown>>): number | undefined {
  for (const field of TIME_FIELDS) {
    const value = resource[field]
    const text =
      typeof value === 'object' && value !== null
        ? (value as Readonly<Record<string, unknown>>)['start']
        : value
    const seconds = typeof text === 'string' ? secondsOfFhirDate(text) : undefined
    if (seconds !== undefined) return seconds
  }
  return undefined
}
