/** A process that takes a lock at the moment it is told, and says whether it got it. */
import { createInterface } from 'node:readline'
import { lockData } from '../../../dist/host/index.js'

let release
for await (const line of createInterface({ input: process.stdin })) {
  const [command, folder, at] = line.split('\t')
  if (command === 'release') {
    release?.()
    release = undefined
    process.stdout.write('released\n')
    continue
  }
  // All who race wake at once.
  while (Date.now() < Number(at));
  try {
    release = lockData(folder)
    process.stdout.write('taken\n')
  } catch (error) {
    process.stdout.write(`${error.code}\n`)
  }
}
