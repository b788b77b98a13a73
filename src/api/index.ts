export { type ApiOptions, buildApi } from './app.ts'
