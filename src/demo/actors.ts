/**
 * The demo holds everyone's keys in one data folder: those of members here, those of people as a facility keeps them.
 */
import { keyPath, readSigningKey } from '../host/index.ts'
import type { SigningKey } from '../protocol/index.ts'

/** A member's own key. */
export const openMember = (data: string, member: string): SigningKey => readSigningKey(keyPath(data, member))
