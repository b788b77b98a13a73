import { describe, expect, it } from 'vitest'
import { bufferBytesFor, SharedBuffers } from '../../src/engine/shared-buffers.ts'

const KIB = 1_024

describe('shared buffers', () => {
  it('come in four sizes to each doubling', () => {
    const lengths = [0, 1, KIB, KIB + 1, 8 * KIB, 8 * KIB + 1, 15 * KIB, 16 * KIB + 1]
    const sizes = [1, 1, 1, 2, 8, 10, 16, 20].map((size) => size * KIB)
    expect(lengths.map(bufferBytesFor)).toEqual(sizes)
  })

  it('are used again, each by one caller at a time', () => {
    const buffers = new SharedBuffers(64 * KIB)
    const first = buffers.take(3 * KIB + 1)
    const second = buffers.take(4 * KIB)
    expect(second).not.toBe(first)
    buffers.giveBack(first)
    expect(buffers.take(2 * KIB)).not.toBe(first)
    expect(buffers.take(4 * KIB)).toBe(first)
  })

  it('keep at most their bound, the sizes used last', () => {
    const buffers = new SharedBuffers(16 * KIB)
    const small = buffers.take(8 * KIB)
    const large = buffers.take(16 * KIB)
    buffers.giveBack(small)
    buffers.giveBack(large)
    expect(buffers.take(16 * KIB)).toBe(large)
    expect(buffers.take(8 * KIB)).not.toBe(small)
  })
})
