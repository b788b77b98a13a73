export { type ApiOptions, buildApi } from './app.ts'
export { type Server, type ServerOptions, startServer, tryAddresses } from './server.ts'
