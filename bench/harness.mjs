/**
 * What every benchmark shares: cases of one question run in turns, so that a busy moment of the machine hits all of
 * them; the median and the spread are reported, with the machine, as JSON, as a table and as a picture.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Bench } from 'tinybench'

const RESULTS = new URL('results/', import.meta.url)

/**
 * Times `cases` in turns: every round, tinybench runs each case once. A case is `{ name, work, run }`: `run` is called
 * (and awaited) once a round and does `work` units. Returns for each case the median, the fastest and the slowest
 * round, and the rounds in their order, in units a second.
 */
export async function compare(cases, rounds) {
  const times = cases.map(() => [])
  for (const { run } of cases) await run()
  for (let round = 0; round < rounds; round++) {
    const bench = new Bench({ time: 0, iterations: 1, warmup: false, retainSamples: true, throws: true })
    for (const { name, run } of cases) bench.add(name, run, { async: true })
    for (const [i, task] of (await bench.run()).entries()) times[i].push(task.result.latency.samples[0])
  }
  return cases.map(({ name, work }, i) => {
    const sorted = times[i].toSorted((a, b) => a - b)
    const perSecond = (ms) => (1_000 * work) / ms
    return {
      name,
      median: perSecond(sorted[sorted.length >> 1]),
      fastest: perSecond(sorted[0]),
      slowest: perSecond(sorted.at(-1)),
      samples: sorted.length,
      rounds: times[i].map((ms) => Math.round(perSecond(ms))),
    }
  })
}

/**
 * How many times the rate of `other` that of `row` is: the median over the rounds, in each of which both met the
 * machine in the same mood; of rows that are no rounds of one comparison, the ratio of what they say.
 */
export function ratioOf(row, other) {
  if (!row.rounds || row.rounds.length !== other.rounds?.length) return row.median / other.median
  const ratios = row.rounds.map((rate, i) => rate / other.rounds[i]).sort((a, b) => a - b)
  return ratios[ratios.length >> 1]
}

/** Where and with what the figures were made. */
export function describeMachine() {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const git = (...words) => execFileSync('git', words, { cwd: folder, encoding: 'utf8' }).trim()
  let commit = 'unknown'
  try {
    commit = git('rev-parse', '--short=12', 'HEAD')
  } catch {
    // An installed copy has no repository.
  }
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    node: process.version,
    v8: process.versions.v8,
    commit,
  }
}

const grouped = (number) =>
  number >= 100 ? Math.round(number).toLocaleString('en-US') : number.toPrecision(3)

/** A Markdown table of what `compare` returned; `reference` is the row that the last column compares with. */
export function formatTable(rows, unit, reference) {
  const base = rows.find((row) => row.name === reference)
  const lines = rows.map((row) =>
    [
      row.name,
      grouped(row.median),
      `${grouped(row.slowest)} – ${grouped(row.fastest)}`,
      row.samples,
      `${ratioOf(row, base).toFixed(2)} ×`,
    ].join(' | '),
  )
  const head = ['', `${unit} (median)`, 'slowest – fastest round', 'rounds', `against ${reference}`]
  return [head.join(' | '), head.map(() => '---').join(' | '), ...lines]
    .map((line) => `| ${line} |`)
    .join('\n')
}

const escapeXml = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

/** A bar chart of the medians with the spread as a line; it reads on light and dark pages. */
export function drawBars(title, rows, unit) {
  const [width, barHeight, left, right] = [860, 26, 300, 110]
  const top = Math.max(...rows.map((row) => row.fastest))
  const scale = (value) => ((width - left - right) * value) / top
  const bars = rows.map((row, i) => {
    const y = 44 + i * (barHeight + 8)
    const middle = y + barHeight / 2
    const ends = `x1="${left + scale(row.slowest)}" x2="${left + scale(row.fastest)}"`
    return `
  <text x="${left - 10}" y="${middle + 5}" text-anchor="end">${escapeXml(row.name)}</text>
  <rect x="${left}" y="${y}" width="${scale(row.median).toFixed(1)}" height="${barHeight}" rx="3" fill="#2f7f8f"/>
  <line ${ends} y1="${middle}" y2="${middle}" stroke="#e0a030" stroke-width="3"/>
  <text x="${left + scale(row.fastest) + 8}" y="${middle + 5}">${grouped(row.median)}</text>`
  })
  const height = 60 + rows.length * (barHeight + 8)
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
  <title>${escapeXml(title)}</title>
  <style>text { font: 14px system-ui, sans-serif; fill: #777 }</style>
  <text x="10" y="24">${escapeXml(`${title}, ${unit}`)}</text>${bars.join('')}
</svg>
`
}

/**
 * Prints a report and, unless `smoke`, writes it to `bench/results/<name>.json`, `.md` and, for each part, `.svg`. A
 * part is `{ title, unit, reference, rows }`; `figures`, for the JSON alone, are what the notes say; `notes` are
 * sentences below the tables.
 */
export function report({ name, question, parts, figures, notes = [] }, { smoke }) {
  const machine = describeMachine()
  const place = `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}`
  const sections = parts.map(
    ({ title, unit, reference, rows }) => `### ${title}\n\n${formatTable(rows, unit, reference)}`,
  )
  const text = [`## ${question}`, place, ...sections, ...notes].join('\n\n')
  process.stdout.write(`${text}\n\n`)
  if (smoke) return
  const pictures = parts.map(({ title, unit, rows }, i) => [
    parts.length === 1 ? '.svg' : `-${i + 1}.svg`,
    drawBars(title, rows, unit),
  ])
  writeResults(name, {
    '.json': `${JSON.stringify({ name, question, machine, parts, figures, notes }, undefined, 2)}\n`,
    '.md': `${text}\n`,
    ...Object.fromEntries(pictures),
  })
}

/** Writes files of results, `contents` by the ending of their names. */
export function writeResults(name, contents) {
  mkdirSync(RESULTS, { recursive: true })
  for (const [ending, content] of Object.entries(contents)) {
    writeFileSync(new URL(`${name}${ending}`, RESULTS), content)
  }
}

/** Whether this file was started by hand: `node bench/<name>.mjs [--smoke]`. */
export const isMain = (url) => process.argv[1] === fileURLToPath(url)

/** Options of the command line. */
export const readOptions = () => ({ smoke: process.argv.includes('--smoke') })
