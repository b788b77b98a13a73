/** Following a log that another node keeps: sources, verified trees, split views. */

export { fetchGenesis } from './first-genesis.ts'
export * from './follower.ts'
export { createFolderSource, createHttpSource, type LogSource } from './source.ts'
export { openVerifiedTree, type VerifiedTree } from './verified-tree.ts'
