/**
 * What the schemas say of a body that the kernel found sound: its type exists, its payload fits, and it names a
 * private part where its type asks for one. Admission and executor share this, so that they never differ.
 */
import type { Code, ErrorDetails } from '../base/index.ts'
import type { Registry } from '../domain/index.ts'
import type { Body } from '../protocol/index.ts'

/** Why a body is refused for its form. */
export interface FormFault {
  readonly code: Code
  readonly details: ErrorDetails
}

/** The first fault of `body`; undefined where the rules may run on it. */
export function findFormFault(registry: Registry, body: Body): FormFault | undefined {
  const verb = registry.verb(body.type)
  if (verb === undefined) {
    return {
      code: 'form.type-unknown',
      details: { field: '/type', message: `No module knows a transaction of type ${body.type}.` },
    }
  }
  const fault = registry.checkPayload(body.type, body.payload)
  if (fault !== undefined) {
    return { code: 'form.payload', details: { field: fault.field, message: fault.message } }
  }
  const hasPrivatePart = body.privateHash !== undefined
  if (verb.privatePart !== 'optional' && hasPrivatePart !== (verb.privatePart === 'required')) {
    const message = `A transaction of type ${body.type} ${hasPrivatePart ? 'has no' : 'needs a'} private part.`
    return { code: 'form.payload', details: { field: '/privateHash', message } }
  }
  return undefined
}
