import { describe, expect, it } from 'vitest'
import { Gate } from '../../src/engine/gate.ts'

const limits = {
  queueBytesMax: 100,
  waitingBytesMax: 60,
  waitersMax: 3,
  jobMsMax: 1,
  triesMax: 1,
  confirmOneIn: 1,
}

/** Enters and notes the name when let in. */
function enter(admission: Gate, bytes: number, name: string, log: string[]): Promise<void> {
  admission.assertRoom(bytes)
  return admission.enter(bytes).then(() => void log.push(name))
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('admission', () => {
  it('lets callers in as long as there is room, then in the order in which they came', async () => {
    const admission = new Gate(limits)
    const log: string[] = []
    for (const [bytes, name] of [
      [60, 'first'],
      [40, 'second'],
      [50, 'large'],
      [10, 'small'],
    ] as const) {
      void enter(admission, bytes, name, log)
    }
    await turn()
    expect(log).toEqual(['first', 'second'])
    expect(admission.queuedBytes).toBe(100)
    expect(admission.waitingCallers).toBe(2)

    admission.leave(40)
    await turn()
    // 40 bytes are free, enough for the small one; but the large one came before it.
    expect(log).toEqual(['first', 'second'])

    admission.leave(60)
    await turn()
    expect(log).toEqual(['first', 'second', 'large', 'small'])
    admission.leave(50)
    admission.leave(10)
    expect(admission.queuedBytes).toBe(0)
  })

  it('lets a call larger than the bound in alone', async () => {
    const admission = new Gate(limits)
    const log: string[] = []
    void enter(admission, 10, 'small', log)
    void enter(admission, 1_000, 'huge', log)
    await turn()
    expect(log).toEqual(['small'])
    admission.leave(10)
    await turn()
    expect(log).toEqual(['small', 'huge'])
    expect(admission.queuedBytes).toBe(1_000)
  })

  it('refuses over the number of waiters', () => {
    const admission = new Gate(limits)
    for (let i = 0; i < 4; i++) void enter(admission, i === 0 ? 100 : 1, 'any', [])
    expect(() => admission.assertRoom(1)).toThrowError(expect.objectContaining({ code: 'engine.overloaded' }))
    expect(admission.waitingCallers).toBe(3)
  })

  it('refuses over the bytes that wait, unless nobody waits', () => {
    const admission = new Gate(limits)
    void enter(admission, 100, 'any', [])
    void enter(admission, 1_000, 'the only one that waits', [])
    expect(() => admission.assertRoom(1)).toThrowError(expect.objectContaining({ code: 'engine.overloaded' }))
  })
})
