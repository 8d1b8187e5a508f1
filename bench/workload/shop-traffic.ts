// The shop's telemetry without the shop: checkouts with 8 spans and 8 log lines each, and RED histograms. The same seed gives the same data.
import type { KeyValue } from '@playground/protocol/otlp/common'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'
import type { PushRequest } from '@playground/protocol/loki-push'
import type { WriteRequest, WriteSeries } from '@playground/protocol/remote-write'

export const ROWS_PER_CHECKOUT = 8
const SERVICES = ['gateway', 'checkout', 'inventory', 'payment'] as const
const HOPS = [
  { service: 'gateway', name: 'POST /checkout', kind: 2, parent: -1 },
  { service: 'checkout', name: 'POST /checkout', kind: 2, parent: 0 },
  { service: 'checkout', name: 'POST inventory /reservations', kind: 3, parent: 1 },
  { service: 'inventory', name: 'POST /reservations', kind: 2, parent: 2 },
  { service: 'inventory', name: 'UPDATE stock', kind: 3, parent: 3 },
  { service: 'payment', name: 'POST /payments', kind: 2, parent: 1 },
  { service: 'payment', name: 'INSERT payments', kind: 3, parent: 5 },
  { service: 'checkout', name: 'INSERT orders', kind: 3, parent: 1 },
] as const
const BOUNDS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '10', '+Inf']
const SCRAPE_MS = 15_000

export interface Window {
  startMs: number
  endMs: number
}

/** A checkout is known by its number: ids, times and outcome follow from it. */
export interface Checkout {
  traceId: string
  startMs: number
  failed: boolean
  user: string
}

export function checkoutAt(number: number, count: number, { startMs, endMs }: Window): Checkout {
  const hash = mix(number)
  return {
    traceId: `${hex(hash)}${hex(mix(hash))}${hex(mix(hash + 1))}${hex(number)}`,
    startMs: startMs + Math.floor(((endMs - startMs) * number) / count),
    failed: hash % 50 === 0,
    user: `user-${hash % 5_000}`,
  }
}

export function spansOf(checkouts: readonly Checkout[]): ResourceSpans[] {
  return SERVICES.map((service) => ({
    resource: {
      attributes: [
        text('service.name', service),
        text('service.namespace', 'playground'),
        text('service.instance.id', `${service}-0`),
      ],
      droppedAttributesCount: 0,
    },
    schemaUrl: '',
    scopeSpans: [
      {
        scope: { name: 'bench', version: '1', attributes: [], droppedAttributesCount: 0 },
        schemaUrl: '',
        spans: checkouts.flatMap((checkout) =>
          HOPS.flatMap((hop, index) => (hop.service === service ? [spanOf(checkout, index)] : [])),
        ),
      },
    ],
  }))
}

function spanOf(checkout: Checkout, index: number): Span {
  const hop = HOPS[index] ?? HOPS[0]
  const startNs = BigInt(checkout.startMs + index * 3) * 1_000_000n
  const durationMs = 100 - index * 10 + (mix(index + checkout.startMs) % 200)
  const isFailure = checkout.failed && hop.service === 'payment'
  const spanId = (position: number): string => checkout.traceId.slice(0, 14) + (position + 16).toString(16)
  return {
    traceId: checkout.traceId,
    spanId: spanId(index),
    parentSpanId: hop.parent < 0 ? '' : spanId(hop.parent),
    traceState: '',
    flags: 1,
    name: hop.name,
    kind: hop.kind,
    startTimeUnixNano: startNs,
    endTimeUnixNano: startNs + BigInt(durationMs) * 1_000_000n,
    attributes: [
      text('http.request.method', 'POST'),
      text('http.route', hop.name.split(' ').at(-1) ?? ''),
      { key: 'http.response.status_code', value: { kind: 'int', value: isFailure ? 503n : 201n } },
      text('user.id', checkout.user),
      text('playground.sku', 'mug'),
    ],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { message: isFailure ? 'database connection timeout' : '', code: isFailure ? 2 : 0 },
  }
}

/** Lines as pino writes them, labelled as the agent labels them. */
export function linesOf(checkouts: readonly Checkout[]): PushRequest {
  const streams = new Map<string, PushRequest['streams'][number]>()
  for (const checkout of checkouts) {
    for (const [index, hop] of HOPS.entries()) {
      const level = checkout.failed && hop.service === 'payment' ? 'error' : 'info'
      const labels = `{deployment_environment="bench", job="playground/${hop.service}", level="${level}", service_name="${hop.service}"}`
      let stream = streams.get(labels)
      if (stream === undefined) streams.set(labels, (stream = { labels, entries: [] }))
      const atMs = checkout.startMs + index * 3
      const spanId = checkout.traceId.slice(0, 14) + (index + 16).toString(16)
      stream.entries.push({
        timestampUnixNano: BigInt(atMs) * 1_000_000n,
        line: JSON.stringify({
          timestamp: new Date(atMs).toISOString(),
          level,
          message:
            level === 'error'
              ? 'database connection timeout'
              : index === 0
                ? 'User checkout process started'
                : `${hop.name} done`,
          trace_id: checkout.traceId,
          span_id: spanId,
          service: hop.service,
          user_id: checkout.user,
          duration_ms: mix(index + checkout.startMs) % 200,
        }),
        structuredMetadata: [
          ['trace_id', checkout.traceId],
          ['span_id', spanId],
        ],
      })
    }
  }
  return { streams: [...streams.values()] }
}

/** As many samples as that many series have over the window. */
export function samplesOfSeries(series: number, { startMs, endMs }: Window): number {
  return series * Math.floor((endMs - startMs) / SCRAPE_MS)
}

/** About `samples` samples over the window: as many instances of the four services as that takes. */
export function* samplesOf(samples: number, { startMs, endMs }: Window): Generator<WriteRequest> {
  const scrapes = Math.floor((endMs - startMs) / SCRAPE_MS)
  const seriesPerInstance = BOUNDS.length + 2
  const instances = Math.max(SERVICES.length, Math.round(samples / scrapes / seriesPerInstance))
  for (let scrape = 0; scrape < scrapes; scrape++) {
    const timestampMs = startMs + scrape * SCRAPE_MS
    for (let first = 0; first < instances; first += 50) {
      const series = Array.from({ length: Math.min(50, instances - first) }, (_, step) =>
        redHistogram(first + step, scrape, timestampMs),
      )
      yield { series: series.flat(), metadata: [] }
    }
  }
}

function redHistogram(instance: number, scrape: number, timestampMs: number): WriteSeries[] {
  const service = SERVICES[instance % SERVICES.length] ?? 'gateway'
  const name = 'http_server_request_duration_seconds'
  const series = (suffix: string, le: string | undefined, value: number): WriteSeries => ({
    labels: [
      ['__name__', `${name}${suffix}`],
      ['http_route', '/checkout'],
      ['instance', `${service}-${instance}`],
      ['job', `playground/${service}`],
      ...(le === undefined ? [] : [['le', le] satisfies [string, string]]),
    ],
    samples: [{ timestampMs, value }],
    histograms: [],
    exemplars: [],
  })
  const count = scrape * (10 + (instance % 7))
  return [
    ...BOUNDS.map((le, index) => series('_bucket', le, Math.floor((count * (index + 1)) / BOUNDS.length))),
    series('_count', undefined, count),
    series('_sum', undefined, count * 0.12),
  ]
}

function text(key: string, value: string): KeyValue {
  return { key, value: { kind: 'string', value } }
}

/** Integer hash (splitmix32), so that ids look random and are the same in every run. */
function mix(value: number): number {
  let x = (value + 0x9e3779b9) | 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return (x ^ (x >>> 15)) >>> 0
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}
