/**
 * The version of this build, from package.json, which stands two folders up from `src/api` and from `dist/api` alike.
 */
import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

export const VERSION: string = manifest.version
