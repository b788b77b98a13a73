export { answerCalls } from './answer.ts'
export { startThread, type Thread, type ThreadOptions } from './thread.ts'
export { compact, transferable } from './transfer.ts'
