/** What a FHIR import reads from disk: its files, and copies of private parts. */
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FhirFile } from '../fhir/index.ts'

/** The files at `path`, a file or a folder of `.json` files, in order of names. */
export async function readFhirFiles(path: string): Promise<FhirFile[]> {
  if (!(await stat(path)).isDirectory()) return [{ name: path, bytes: await readFile(path) }]
  const names = (await readdir(path)).filter((name) => name.endsWith('.json')).sort()
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(path, name)) })))
}

/** Commitments (hex) of the private parts in a folder, each in a file with the name of its prescription. */
export async function readCopies(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder)
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
  return new Map(await Promise.all(names.map(async (name) => [name, await hash(name)] as const)))
}
