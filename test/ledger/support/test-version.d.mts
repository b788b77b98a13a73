import type { Version } from '../../../src/domain/index.ts'

export declare const TEST_VERSION: number
export declare function testVersionAfter(released: readonly Version[]): Version
