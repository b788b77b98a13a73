/** Progress of a long job: one bar that moves where a terminal is, else a plain line now and then. */
import { formatCount } from './output.ts'

export interface Progress {
  /** A new job of `total` items, of which `done` are done already. */
  start(label: string, total: number, done: number): void
  advance(done: number): void
  /** Ends the job with a remark of its own. */
  end(remark: string): void
}

/** Where progress is shown: a part of a stream. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const LABEL_WIDTH = 30
const BAR_WIDTH = 24
/** Without a terminal, a line each time this share is passed. */
const LINE_EACH = 0.25

interface Job {
  readonly label: string
  readonly total: number
  done: number
  /** Share at which the next plain line comes. */
  nextLine: number
}

const bar = (share: number): string => {
  const full = Math.round(share * BAR_WIDTH)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]`
}

const describe = (job: Job): string => `${formatCount(job.done)} of ${formatCount(job.total)}`

export function createProgress(output: ProgressOutput): Progress {
  let job: Job | undefined

  const draw = (): void => {
    if (!job) return
    const share = job.done / job.total
    if (output.isTTY)
      output.write(`\r  ${job.label.padEnd(LABEL_WIDTH)} ${bar(share)} ${describe(job)}\x1b[K`)
    else if (share >= job.nextLine && share < 1) {
      output.write(`  ${job.label.padEnd(LABEL_WIDTH)} ${describe(job)}\n`)
      while (share >= job.nextLine) job.nextLine += LINE_EACH
    }
  }

  return {
    start(label, total, done) {
      job = { label, total, done, nextLine: done / total + LINE_EACH }
      if (output.isTTY) draw()
    },
    advance(done) {
      if (!job) return
      job.done = done
      draw()
    },
    end(remark) {
      if (!job) return
      output.write(
        `${output.isTTY ? '\r' : ''}  ${job.label.padEnd(LABEL_WIDTH)} ${remark}${output.isTTY ? '\x1b[K' : ''}\n`,
      )
      job = undefined
    },
  }
}
