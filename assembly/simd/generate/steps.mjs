/**
 * Formulas as lists of steps: calls of field functions, and programs that run the same few operations on every limb.
 * A formula is printed as one function; the test of bounds walks the same steps.
 *
 * @typedef {{ call: string, args: string[] }} Call
 * @typedef {{ choose: string, then: Call, otherwise: Call }} Choice
 * @typedef {{ program: Program }} EachLimb
 * @typedef {Call | Choice | EachLimb} Step
 */
import { LIMBS_12, limbCount } from './layout.mjs'
import { Program } from './program.mjs'

/** @returns {Call} */
export const call = (name, ...args) => ({ call: name, args })

/** `build(program, limb)` appends the operations of one limb. @returns {EachLimb} */
export function eachLimb(build) {
  const program = new Program()
  for (let limb = 0; limb < limbCount(LIMBS_12); limb++) build(program, limb)
  return { program }
}

const printCall = ({ call: name, args }) => `${name}(${args.map((arg) => arg.replace('+', ' + ')).join(', ')})`

/** @param {Step} step */
function printStep(step) {
  if ('call' in step) return `  ${printCall(step)}`
  if ('choose' in step) {
    return `  if (${step.choose}) ${printCall(step.then)}\n  else ${printCall(step.otherwise)}`
  }
  // A block of its own: names of values are unique in a program only.
  return `  {\n${step.program.print()}\n  }`
}

/** @param {Step[]} steps */
export const printSteps = (steps) => steps.map(printStep).join('\n')
