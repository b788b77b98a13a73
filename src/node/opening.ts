/** Opening the parts of a node one after another, and closing them again where a later one fails. */
import type { RunningNode } from './types.ts'

/** Notes how to close a part that was opened. */
export type Opened = <Part>(part: Part, close: (part: Part) => unknown) => Part

/** Runs `open`; where it fails, what it noted is closed, last first. */
export async function openInOrder<Node>(open: (opened: Opened) => Promise<Node>): Promise<Node> {
  const closers: (() => unknown)[] = []
  try {
    return await open((part, close) => {
      closers.unshift(() => close(part))
      return part
    })
  } catch (error) {
    for (const close of closers) await close()
    throw error
  }
}

/** `node`, which runs `after` once it is closed. */
export function closeAfter(node: RunningNode, after: () => void): RunningNode {
  const close = node.close.bind(node)
  node.close = () => close().finally(after)
  return node
}
