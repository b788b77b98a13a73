/** The home of the engine: what is derived for it. */
export { chainIdOf, deriveGenesis, type EpochStart, VOTER_POWER, type Voter } from './genesis.ts'
export { deriveHome, type HomeOptions, writeHome } from './home.ts'
export { addressOf, nodeIdOf } from './key-files.ts'
export { ABCI_SOCKET, type Peer, RPC_SOCKET, type SettingsOptions } from './settings.ts'
