/** Which note is shown, which proves a leaf, which is kept; and who is woken. */
import { describe, expect, it } from 'vitest'
import { LedgerError, NOTES_KEPT_MAX } from '../../src/base/index.ts'
import { Notes, type SignedHead } from '../../src/finality/notes.ts'
import type { LedgerHead } from '../../src/ledger/index.ts'

const signed = (size: number, final: boolean, note = `note ${size}`): SignedHead => ({
  head: { size } as LedgerHead,
  note,
  final,
})
const notesOf = (...given: readonly SignedHead[]): Notes => {
  const notes = new Notes(() => new LedgerError('node.catching-up'))
  for (const one of given) notes.add(one)
  return notes
}

describe('the notes of a log', () => {
  it.each<[string, SignedHead[], string, (number | undefined)[]]>([
    ['final ones only', [signed(4, true), signed(8, true)], 'note 8', [8, 8, undefined]],
    ['a newest that is not final', [signed(4, true), signed(8, false)], 'note 4', [4, 8, undefined]],
    ['none that is final', [signed(4, false), signed(8, false)], 'note 8', [8, 8, undefined]],
    [
      'one that became final with more lines',
      [signed(4, true), signed(8, false), signed(8, true, 'note 8 of three')],
      'note 8 of three',
      [8, 8, undefined],
    ],
  ])('of %s: the newest final one is shown and proves what it covers', (_name, given, shown, covering) => {
    const notes = notesOf(...given)
    expect(notes.shown.note).toBe(shown)
    expect([3, 7, 8].map((index) => notes.covering(index)?.head.size)).toEqual(covering)
    expect(notes.finalSize).toBe(
      Math.max(0, ...given.filter(({ final }) => final).map(({ head }) => head.size)),
    )
  })

  it('before there is any: an error that says why', () => {
    expect(() => notesOf().shown).toThrow(expect.objectContaining({ code: 'node.catching-up' }))
    expect(notesOf().covering(0)).toBeUndefined()
  })

  it('of earlier sizes are kept for a while, the oldest goes first', () => {
    const notes = notesOf()
    for (let size = 1; size <= NOTES_KEPT_MAX + 2; size++) notes.add(signed(size, true))
    expect(notes.at(3)).toBe('note 3')
    expect(notes.at(NOTES_KEPT_MAX + 2)).toBe(`note ${NOTES_KEPT_MAX + 2}`)
    for (const size of [1, 2, NOTES_KEPT_MAX + 3]) {
      expect(() => notes.at(size)).toThrow(expect.objectContaining({ code: 'read.range' }))
    }
  })

  it('wake who waits for a leaf to be signed, and to be final', async () => {
    const notes = notesOf(signed(4, true))
    const { signal } = new AbortController()
    const reached: string[] = []
    const waits = [
      notes.reachSigned(5, signal).then(() => reached.push('signed')),
      notes.reachFinal(5, signal).then(() => reached.push('final')),
    ]
    notes.add(signed(8, false))
    await waits[0]
    expect(reached).toEqual(['signed'])
    notes.add(signed(8, true))
    await Promise.all(waits)
    expect(reached).toEqual(['signed', 'final'])
  })

  it('end a wait with its signal', async () => {
    const gone = new AbortController()
    const waiting = notesOf().reachFinal(0, gone.signal)
    gone.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
  })
})
