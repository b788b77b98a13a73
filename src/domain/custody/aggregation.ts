/**
 * Packing and unpacking. Only the outermost item is opened or filled, so that a container's sums change in one place;
 * it then moves and ends with all that lies in it, without touching it.
 */
import { type AnyRule, type Custody, findItem, refuse } from './custody.ts'
import { addStock, putItem, removeStock } from './items.ts'
import type { Content, Item } from './state.ts'

const isBefore = (a: Content, b: Content): boolean =>
  a.kind < b.kind || (a.kind === b.kind && a.batch < b.batch)

/** Sums of two lists of contents, in order of kind and batch; `sign` -1 takes the second away from the first. */
export function sumContents(
  contents: readonly Content[],
  more: readonly Content[],
  sign: 1 | -1 = 1,
): readonly Content[] {
  const sums = [...contents]
  for (const { kind, batch, amount } of more) {
    const at = sums.findIndex((sum) => sum.kind === kind && sum.batch === batch)
    if (at >= 0) sums[at] = { kind, batch, amount: sums[at]!.amount + sign * amount }
    else sums.push({ kind, batch, amount: sign * amount })
  }
  return sums.filter(({ amount }) => amount !== 0).sort((a, b) => (isBefore(a, b) ? -1 : 1))
}

/** Bounds of one container. */
export interface ContainerBounds {
  readonly childrenMax: number
  readonly linesMax: number
  readonly depthMax: number
}

/**
 * Puts outermost items, which the caller has checked to be held, into a container: a new one made from `fresh`, or one
 * that is there. Returns its row as it was before.
 */
export function packItems<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  container: { readonly ref: string; readonly row: Row; readonly isNew: boolean },
  refs: readonly string[],
  bounds: ContainerBounds,
): void {
  const { state, time } = context
  const { tables, idOf } = custody
  if (!container.isNew) removeStock(custody, context, container.ref, container.row)
  let { contents, depth, children } = container.row
  for (const [i, ref] of refs.entries()) {
    const child = findItem(custody, state, ref)!
    if (ref === container.ref) refuse(custody, context, 'not-container', `/payload/items/${i}`)
    removeStock(custody, context, ref, child)
    const { holder: _holder, ...rest } = child
    putItem(custody, context, ref, { ...rest, parent: container.ref } as Row)
    tables.children.put(state, { at: time }, ...idOf(container.ref), ...idOf(ref))
    contents = sumContents(contents, child.contents)
    depth = Math.max(depth, child.depth + 1)
  }
  children += refs.length
  const { childrenMax, linesMax, depthMax } = bounds
  if (children > childrenMax || contents.length > linesMax || depth > depthMax) {
    refuse(custody, context, 'container-full', '/payload/items')
  }
  const row = { ...container.row, contents, depth, children }
  putItem(custody, context, container.ref, row)
  addStock(custody, context, container.ref, row)
}

/** Takes items out of an outermost container, which the caller has checked to be held. An empty one is no more. */
export function unpackItems<Row extends Item>(
  custody: Custody<Row>,
  context: AnyRule,
  containerRef: string,
  refs: readonly string[],
): void {
  const { state, time } = context
  const { tables, idOf } = custody
  const container = findItem(custody, state, containerRef)!
  removeStock(custody, context, containerRef, container)
  let { contents, children } = container
  for (const [i, ref] of refs.entries()) {
    const child = findItem(custody, state, ref)
    if (child?.parent !== containerRef) refuse(custody, context, 'not-in-container', `/payload/items/${i}`)
    const { parent: _parent, ...rest } = child
    const { holder, from } = container
    const row = { ...rest, holder, ...(from !== undefined && { from }) } as Row
    putItem(custody, context, ref, row)
    addStock(custody, context, ref, row)
    tables.children.delete(state, ...idOf(containerRef), ...idOf(ref))
    contents = sumContents(contents, child.contents, -1)
    children -= 1
  }
  const { holder, ...rest } = container
  if (children === 0) {
    const ended = { how: 'unpacked', at: time, holder: holder! }
    putItem(custody, context, containerRef, { ...rest, contents: [], children, ended } as unknown as Row)
    return
  }
  const row = { ...container, contents, children }
  putItem(custody, context, containerRef, row)
  addStock(custody, context, containerRef, row)
}
