export { type ApiOptions, buildApi } from './app.ts'
export { type Server, type ServerOptions, startServer } from './server.ts'
