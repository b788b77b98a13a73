/** The socket on which the engine asks the application. */
export { createFrameReader, encodeFrame, type FrameReader } from './frames.ts'
export {
  type Application,
  type RequestOf,
  type Requests,
  type ResponseOf,
  type Responses,
  request,
  response,
} from './messages.ts'
export { type AbciServer, type AbciServerOptions, openAbciServer } from './server.ts'
