/** A worker thread of the engine. Piscina loads this module, then calls its default export with one job at a time. */
import { workerData } from 'node:worker_threads'
import { loadKernels, type WorkerData } from './kernels.ts'
import { createJobRunner } from './run-job.ts'

const data = workerData as WorkerData

export default await createJobRunner(() => loadKernels(data), data.confirmOneIn)
