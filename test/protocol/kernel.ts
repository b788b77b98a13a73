/** The kernel that the tests of the protocol run on. */
import { loadKernel } from '../../src/kernel/index.ts'

export const kernel = await loadKernel()
