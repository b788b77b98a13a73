/** The order of several nodes: the application that the CometBFT engine asks. */

export { readFirstEpoch } from './epoch.ts'
export { type CometOrder, type CometOrderOptions, createCometOrder } from './order.ts'
