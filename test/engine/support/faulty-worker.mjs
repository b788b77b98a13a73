/**
 * A worker whose kernel fails where a message says so: `fault:exit`, `fault:hang` or `fault:throw`, for ever or, with a
 * path behind it (`fault:exit:/tmp/x;`), only as long as no file is there; `fault:trap` fails the fast build alone,
 * `fault:slow` takes 300 ms. `fault:refuse` and `fault:accept` in an entry make the fast build lie about that entry.
 * Everything else is answered by the real kernels.
 */
import { closeSync, openSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { hasBit, packedCount, packedItem, setBit } from '../../../dist/base/index.js'
import { loadKernels } from '../../../dist/engine/kernels.js'
import { createJobRunner } from '../../../dist/engine/run-job.js'

/** Whether this is the first time that anyone came by `path`. */
function isFirstVisit(path) {
  try {
    closeSync(openSync(path, 'wx'))
    return true
  } catch {
    return false
  }
}

function failIfToldTo(bytes, build) {
  const [, kind, path] =
    /fault:(exit|hang|throw|trap|slow)(?::([^;]*);)?/.exec(Buffer.from(bytes).toString('latin1')) ?? []
  if (kind === undefined || (path !== undefined && !isFirstVisit(path))) return
  if (kind === 'exit') process.exit(7)
  if (kind === 'throw' || (kind === 'trap' && build === 'simd')) throw new Error('planted')
  if (kind === 'slow') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
  while (kind === 'hang');
}

/** The verdicts a broken build would give: bits turned where the entry asks for it. */
function lie(entries, verdicts) {
  for (let i = 0; i < packedCount(entries); i++) {
    const entry = Buffer.from(packedItem(entries, i)).toString('latin1')
    if (entry.includes('fault:refuse') && hasBit(verdicts.valid, i)) {
      verdicts.valid[i >> 3] &= ~(1 << (i & 7))
      verdicts.faults[i] = 13
    }
    if (entry.includes('fault:accept')) {
      setBit(verdicts.valid, i)
      verdicts.faults[i] = 0
    }
  }
  return verdicts
}

const plantFaults = (kernel, build, answer = (_entries, verdicts) => verdicts) => ({
  build,
  hashLeaves: (entries) => kernel.hashLeaves(entries),
  merkleRootOfHashes: (hashes) => kernel.merkleRootOfHashes(hashes),
  verifyPacked(checks) {
    failIfToldTo(checks.bytes, build)
    return kernel.verifyPacked(checks)
  },
  verifyEntries(entries, ledgerId) {
    failIfToldTo(entries.bytes, build)
    return answer(entries, kernel.verifyEntries(entries, ledgerId))
  },
})

async function load() {
  const { fast, scalar } = await loadKernels(workerData)
  return { fast: plantFaults(fast, 'simd', lie), scalar: plantFaults(scalar, 'scalar') }
}

export default await createJobRunner(load, workerData.confirmOneIn)
