export interface Edge {
  traceId: string
  /** Of the client's span; empty when a server span has no parent. */
  spanId: string
  createdMs: number
  connectionType: '' | 'messaging_system' | 'database' | 'virtual_node'
  client: string
  server: string
  /** The other side as one span names it, should its own span never come. */
  peer: string
  clientSeconds: number
  serverSeconds: number
  failed: boolean
}

/** Calls of which one side has been seen, waiting for the other: not longer than `waitMs`, and not more than `maxEdges`. */
export class EdgeStore {
  readonly #edges = new Map<string, Edge>()
  readonly #waitMs: number
  readonly #maxEdges: number
  dropped = 0

  constructor(waitMs: number, maxEdges: number) {
    this.#waitMs = waitMs
    this.#maxEdges = maxEdges
  }

  /** Updates the edge of a call; gives it when both sides are known, and forgets it. */
  update(traceId: string, spanId: string, nowMs: number, change: (edge: Edge) => void): Edge | undefined {
    const key = `${traceId} ${spanId}`
    let edge = this.#edges.get(key)
    if (edge === undefined) {
      edge = {
        traceId,
        spanId,
        createdMs: nowMs,
        connectionType: '',
        client: '',
        server: '',
        peer: '',
        clientSeconds: 0,
        serverSeconds: 0,
        failed: false,
      }
      change(edge)
      if (isComplete(edge)) return edge
      if (this.#edges.size >= this.#maxEdges) this.dropped++
      else this.#edges.set(key, edge)
      return undefined
    }
    change(edge)
    if (!isComplete(edge)) return undefined
    this.#edges.delete(key)
    return edge
  }

  /** Edges that have waited long enough, oldest first. */
  takeExpired(nowMs: number): Edge[] {
    const expired: Edge[] = []
    // A map keeps the order of insertion, which is the order of age.
    for (const [key, edge] of this.#edges) {
      if (edge.createdMs + this.#waitMs > nowMs) break
      this.#edges.delete(key)
      expired.push(edge)
    }
    return expired
  }
}

function isComplete({ client, server }: Edge): boolean {
  return client !== '' && server !== ''
}
