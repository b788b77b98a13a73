/**
 * A node of a data folder, or a server of it, whose engine and ledger run on this thread: it opens in a tenth of the
 * time, for tests of what stands above. The threads have tests of their own, and the sockets', the command's and the
 * kills' nodes have them.
 */
import { startServer } from '../../../src/api/index.ts'
import { createInlineEngine } from '../../../src/engine/index.ts'
import { openLedger, openLmdbStore } from '../../../src/ledger/index.ts'
import { openNode } from '../../../src/node/index.ts'
import { kernel } from './world.ts'

export const openLightNode: typeof openNode = (config, options) =>
  openNode(config, {
    ...options,
    makers: {
      createEngine: async () => createInlineEngine(kernel),
      openLedger: ({ dir, genesisBytes, create }) =>
        openLedger({ store: openLmdbStore(dir), genesisBytes, kernel, create }),
    },
  })

export const startLightServer: typeof startServer = (config, options) =>
  startServer(config, { open: openLightNode, ...options })
