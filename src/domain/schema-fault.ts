/** Turns what a schema validator found into one fault that names the field: the first of the most precise. */
import type Schema from 'typebox/schema'

/** A value that does not fit its schema. */
export interface SchemaFault {
  /** JSON pointer (RFC 6901) of the field at fault, a missing or unknown field included. */
  readonly field: string
  /** One sentence that says what would be right. */
  readonly message: string
}

type Fault = ReturnType<Schema.Validator['Errors']>[1][number]

/**
 * The deepest fault of `value`, the first of these; undefined where it fits. `prefix` is put before the
 * pointer.
 */
export function findFault(
  validator: Schema.Validator,
  value: unknown,
  prefix: string,
): SchemaFault | undefined {
  if (validator.Check(value)) return undefined
  const [, faults] = validator.Errors(value)
  const fault = faults
    .filter(({ keyword }) => keyword !== 'boolean')
    .map((candidate) => ({ pointer: pointerOf(candidate), message: messageOf(candidate) }))
    .reduce((best, candidate) => (depthOf(candidate) > depthOf(best) ? candidate : best))
  return { field: prefix + fault.pointer, message: fault.message }
}

const depthOf = ({ pointer }: { readonly pointer: string }): number => pointer.split('/').length

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Where a field is missing or unknown the validator points at the map around it; we point at the field. */
function pointerOf(fault: Fault): string {
  const field = fieldOf(fault)
  return field === undefined ? fault.instancePath : `${fault.instancePath}/${escapePointer(field)}`
}

function fieldOf(fault: Fault): string | undefined {
  if (fault.keyword === 'required') return fault.params.requiredProperties[0]
  if (fault.keyword === 'additionalProperties') return fault.params.additionalProperties[0]
  return undefined
}

function messageOf(fault: Fault): string {
  switch (fault.keyword) {
    case 'required':
      return 'This field is missing.'
    case 'additionalProperties':
      return 'This field is unknown.'
    case 'enum':
      return `This field must be one of ${fault.params.allowedValues.join(', ')}.`
    default:
      return `This field ${fault.message}.`
  }
}
