/** Calls between services: Tempo's `service-graphs` processor with its defaults. */
import { attributeText } from './attribute-text.ts'
import { ClassicHistogram, exponentialBounds } from './classic-histogram.ts'
import { durationSeconds } from './span-metrics.ts'
import { EdgeStore, type Edge } from './edge-store.ts'
import type { KeyValue } from '@playground/protocol/otlp/common'
import type { LabelPair } from '@playground/protocol/remote-write'
import type { Registry } from './registry.ts'
import type { Span } from '@playground/protocol/otlp/traces'

const waitMs = 10_000
const maxEdges = 10_000
const kind = { server: 2, client: 3, producer: 4, consumer: 5 }
const errorStatus = 2

/** Name the other side when its own span never comes. */
const peerAttributes = ['peer.service', 'db.name', 'db.system', 'db.system.name']
/** Make a client span a call to a database. */
const databaseAttributes = ['db.namespace', 'db.name', 'db.system', 'db.system.name']

export class ServiceGraph {
  readonly #registry: Registry
  readonly #client: ClassicHistogram
  readonly #server: ClassicHistogram
  readonly edges = new EdgeStore(waitMs, maxEdges)
  expiredEdges = 0

  constructor(registry: Registry) {
    this.#registry = registry
    const bounds = exponentialBounds(0.1, 2, 8)
    this.#client = new ClassicHistogram(registry, 'traces_service_graph_request_client_seconds', bounds)
    this.#server = new ClassicHistogram(registry, 'traces_service_graph_request_server_seconds', bounds)
  }

  observe(service: string, resource: readonly KeyValue[], span: Span, nowMs: number): void {
    if (service === '') return
    const seconds = durationSeconds(span)
    const common = (edge: Edge): void => {
      edge.failed ||= span.status.code === errorStatus
      edge.peer = firstText(peerAttributes, span.attributes) ?? edge.peer
      if (span.kind === kind.producer || span.kind === kind.consumer) edge.connectionType = 'messaging_system'
    }
    if (span.kind === kind.client || span.kind === kind.producer) {
      this.#update(span.traceId, span.spanId, nowMs, (edge) => {
        common(edge)
        edge.client = service
        edge.clientSeconds = seconds
        nameDatabase(edge, resource, span, seconds)
      })
    } else if (span.kind === kind.server || span.kind === kind.consumer) {
      this.#update(span.traceId, span.parentSpanId, nowMs, (edge) => {
        common(edge)
        edge.server = service
        edge.serverSeconds = seconds
      })
    }
  }

  /** One side never came: it was outside of what is traced, if the other side says enough about it. */
  expire(nowMs: number): void {
    for (const edge of this.edges.takeExpired(nowMs)) {
      edge.connectionType = 'virtual_node'
      if (edge.client === '' && edge.spanId === '') edge.client = edge.peer === '' ? 'user' : edge.peer
      else if (edge.client !== '' && edge.peer !== '') edge.server = edge.peer
      else {
        this.expiredEdges++
        continue
      }
      this.#count(edge, nowMs)
    }
  }

  #update(traceId: string, spanId: string, nowMs: number, change: (edge: Edge) => void): void {
    const complete = this.edges.update(traceId, spanId, nowMs, change)
    if (complete !== undefined) this.#count(complete, nowMs)
  }

  #count(edge: Edge, nowMs: number): void {
    const labels: LabelPair[] = [
      ['client', edge.client],
      ['server', edge.server],
      ['connection_type', edge.connectionType],
    ]
    this.#registry.add('traces_service_graph_request_total', labels, 1, nowMs)
    if (edge.failed) this.#registry.add('traces_service_graph_request_failed_total', labels, 1, nowMs)
    this.#server.observe(labels, edge.serverSeconds, edge.traceId, nowMs)
    this.#client.observe(labels, edge.clientSeconds, edge.traceId, nowMs)
  }
}

function firstText(names: readonly string[], ...lists: readonly (readonly KeyValue[])[]): string | undefined {
  for (const name of names) {
    const text = attributeText(name, ...lists)
    if (text !== undefined) return text
  }
  return undefined
}

/** A database sends no spans, so the client's span stands for both sides. */
function nameDatabase(edge: Edge, resource: readonly KeyValue[], span: Span, seconds: number): void {
  const database = firstText(databaseAttributes, resource, span.attributes)
  if (database === undefined) return
  edge.connectionType = 'database'
  edge.serverSeconds = seconds
  const host = attributeText('network.peer.address', resource, span.attributes)
  const port = attributeText('network.peer.port', resource, span.attributes)
  edge.server =
    firstText(['peer.service', 'server.address'], resource, span.attributes) ??
    (host === undefined ? database : port === undefined ? host : `${host}:${port}`)
}
