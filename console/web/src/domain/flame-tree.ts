import type { SpanNode, TraceTree } from './trace-tree.ts'

export interface FlameFrame {
  /** Call path of operations, unique in the tree. */
  id: string
  service: string
  name: string
  /** Summed over the spans merged here; parallel children may add up to more than their parent. */
  totalNano: bigint
  selfNano: bigint
  spanIds: string[]
  errorCount: number
  children: FlameFrame[]
}

export interface FlameBox {
  frame: FlameFrame
  depth: number
  /** Of the whole width, 0..1. */
  left: number
  width: number
}

/** Spans of the same operation under the same call path become one frame: where the time goes, not when it went. */
export function buildFlameTree(tree: TraceTree): FlameFrame[] {
  return merge(tree.roots, '')
}

function merge(nodes: readonly SpanNode[], parentId: string): FlameFrame[] {
  const groups = Map.groupBy(nodes, ({ span }) => `${parentId}/${span.service}\u0000${span.name}`)
  const frames = [...groups].map(([id, group]): FlameFrame => {
    const [first] = group
    return {
      id,
      service: first?.span.service ?? '',
      name: first?.span.name ?? '',
      totalNano: group.reduce((sum, { span }) => sum + span.durationNano, 0n),
      selfNano: group.reduce((sum, node) => sum + node.selfNano, 0n),
      spanIds: group.map(({ span }) => span.spanId),
      errorCount: group.filter(({ span }) => span.status === 'error').length,
      children: merge(
        group.flatMap((node) => node.children),
        id,
      ),
    }
  })
  return frames.sort((a, b) => (a.totalNano > b.totalNano ? -1 : 1))
}

/** Narrower than half a pixel of a wide screen: not to be seen, but thousands of them would be slow. */
const minWidth = 0.0003

/** Children share their parent's width by total time; parallel ones are scaled so that they never overflow it. */
export function layoutFlame(roots: readonly FlameFrame[]): FlameBox[] {
  const boxes: FlameBox[] = []
  const place = (
    frames: readonly FlameFrame[],
    depth: number,
    left: number,
    width: number,
    totalNano: bigint,
  ): void => {
    const childrenNano = frames.reduce((sum, frame) => sum + frame.totalNano, 0n)
    const whole = Number(childrenNano > totalNano ? childrenNano : totalNano) || 1
    let x = left
    for (const frame of frames) {
      const frameWidth = (Number(frame.totalNano) / whole) * width
      if (frameWidth >= minWidth) {
        boxes.push({ frame, depth, left: x, width: frameWidth })
        place(frame.children, depth + 1, x, frameWidth, frame.totalNano)
      }
      x += frameWidth
    }
  }
  place(roots, 0, 0, 1, 0n)
  return boxes
}

export function findFrame(roots: readonly FlameFrame[], id: string): FlameFrame | undefined {
  for (const frame of roots) {
    const found = frame.id === id ? frame : findFrame(frame.children, id)
    if (found !== undefined) return found
  }
  return undefined
}
