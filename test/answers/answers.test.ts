import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  isInfoAnswer,
  isPageAnswer,
  isSubmissionAnswer,
  isTransactionAnswer,
} from '../../src/client/answers.ts'
import type { InfoAnswer, SubmissionAnswer, TransactionAnswer } from '../../src/client/index.ts'
import type { SubmissionResult } from '../../src/intake/index.ts'
import type * as node from '../../src/node/index.ts'

describe('answers', () => {
  it('have room for whatever a node of this build says', () => {
    expectTypeOf<SubmissionResult>().toExtend<SubmissionAnswer>()
    expectTypeOf<node.TransactionAnswer>().toExtend<TransactionAnswer>()
    expectTypeOf<node.NodeInfo>().toExtend<InfoAnswer>()
  })

  it('of another shape are not taken for them', () => {
    for (const value of [
      undefined,
      null,
      7,
      'x',
      [],
      {},
      { id: 'x' },
      { status: 'accepted' },
      { id: 7, status: 'accepted' },
    ]) {
      expect(isSubmissionAnswer(value)).toBe(false)
      expect(isTransactionAnswer(value)).toBe(false)
      expect(isInfoAnswer(value)).toBe(false)
      expect(isPageAnswer(value)).toBe(false)
    }
    expect(isSubmissionAnswer({ id: 'x', status: 'unknown' })).toBe(false)
    expect(isTransactionAnswer({ id: 'x', status: 'rejected' })).toBe(false)
    expect(isPageAnswer({ items: [], next: 7 })).toBe(false)
  })
})
