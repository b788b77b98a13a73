/** The order of several nodes: the application that the CometBFT engine asks, and the engine itself. */
export { Engine, type EngineLook } from './engine.ts'
export { readFirstEpoch } from './epoch.ts'
export { addressOf, deriveHome, nodeIdOf, writeHome } from './home/index.ts'
export { type CometOrder, createCometOrder } from './order.ts'
export { findProgram } from './program.ts'
