/** Vectors of others, read where they stand beside the project; suites over them are skipped where they do not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../../shared/vectors/', import.meta.url))

/** Whether the vectors are there. */
export const hasSharedVectors = existsSync(folder)

/** A JSON file of the vectors. */
export const readSharedVectors = <Contents>(name: string): Contents =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as Contents

/** Every JSON file below a folder of the vectors: its name and contents. */
export function readSharedFolder<Contents>(name: string): [string, Contents][] {
  const files = readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => [file, readSharedVectors<Contents>(join(name, file))])
}
