/** The kernel that the tests of the protocol run on. */
import type { Kernel } from '../../src/kernel/types.ts'
import { nobleKernel } from '../support/noble-kernel.ts'

export const kernel: Kernel = nobleKernel
