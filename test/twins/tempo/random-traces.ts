import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'
import type { ResourceSpans, Span } from '@playground/protocol/otlp/traces'
import type { Random } from '../loki/random.ts'

const services = ['shop', 'cart', 'pay', 'mail', '']
const names = ['GET /', 'POST /pay', 'SELECT items', 'send', 'queue publish', 'größe']
const texts = ['a', 'b', 'promo', 'eu-west', 'us-east', '42', 'c"d', '']
const instrumentations = ['http', 'pg', '']

const text = (value: string): AnyValue => ({ kind: 'string', value })
const int = (value: number): AnyValue => ({ kind: 'int', value: BigInt(value) })
const double = (value: number): AnyValue => ({ kind: 'double', value })
const bool = (value: boolean): AnyValue => ({ kind: 'bool', value })

interface Shape {
  traceId: string
  spans: { service: number; scope: number; span: Span }[]
}

/**
 * Traces of every form a query can tell apart: several roots, none, orphans, retried spans, ids shared by client and server, one key
 * with several types, the same key on span and resource, arrays, events, links. Requests, one for each of several parts of the data.
 */
export function randomTraces(
  random: Random,
  options: { traces: number; startMs: number; endMs: number },
): ResourceSpans[][] {
  const resources = services.map((service, index) => resourceOf(random, service, index))
  const requests: ResourceSpans[][] = []
  for (let made = 0; made < options.traces; made += 20) {
    const shapes = Array.from({ length: Math.min(20, options.traces - made) }, () => traceOf(random, options))
    requests.push(
      resources.map((attributes, service) => ({
        resource: { attributes, droppedAttributesCount: 0 },
        schemaUrl: '',
        scopeSpans: instrumentations.map((name, scope) => ({
          scope: {
            name,
            version: name === '' ? '' : `1.${scope}`,
            attributes: scope === 1 ? [{ key: 'pool', value: int(5) }] : [],
            droppedAttributesCount: 0,
          },
          schemaUrl: '',
          spans: shapes.flatMap(({ spans }) =>
            spans.filter((each) => each.service === service && each.scope === scope).map(({ span }) => span),
          ),
        })),
      })),
    )
  }
  return requests.map((request) =>
    request
      .map((resource) => ({ ...resource, scopeSpans: resource.scopeSpans.filter(({ spans }) => spans.length > 0) }))
      .filter(({ scopeSpans }) => scopeSpans.length > 0),
  )
}

function resourceOf(random: Random, service: string, index: number): KeyValue[] {
  const attributes: KeyValue[] = service === '' ? [] : [{ key: 'service.name', value: text(service) }]
  attributes.push({ key: 'region', value: text(random.pick(['eu-west', 'us-east'])) })
  if (index % 2 === 0) attributes.push({ key: 'shards', value: { kind: 'array', values: [int(1), int(2)] } })
  if (index % 3 === 0) attributes.push({ key: 'canary', value: bool(index === 0) })
  return attributes
}

function traceOf(random: Random, { startMs, endMs }: { startMs: number; endMs: number }): Shape {
  const traceId = `${random.chance(0.2) ? '00' : random.hex(2)}${random.hex(30)}`
  const begin = BigInt(startMs + random.below(endMs - startMs - 5_000)) * 1_000_000n
  const size = 1 + random.below(random.chance(0.2) ? 14 : 6)
  const rootless = random.chance(0.1)
  const spans: Shape['spans'] = []
  const shared = new Set<string>()
  for (let index = 0; index < size; index++) {
    const parent = index === 0 ? undefined : random.pick(spans)
    const isRoot = (index === 0 && !rootless) || random.chance(0.03)
    const offset = BigInt(random.below(1_000)) * 1_000_000n + BigInt(random.below(1_000))
    const duration = BigInt(Math.floor(10 ** (random.next() * 9.5)))
    // Once for an id: spans of one id and kind are one span to us, and to Tempo only when its blocks are compacted.
    const sharesId =
      parent !== undefined && parent.span.kind === 3 && !shared.has(parent.span.spanId) && random.chance(0.1)
    if (sharesId) shared.add(parent.span.spanId)
    const orphan = random.chance(0.05)
    const start = begin + offset
    spans.push({
      service: random.below(services.length),
      scope: random.below(instrumentations.length),
      span: {
        traceId,
        spanId: sharesId ? parent.span.spanId : random.hex(16).replace(/^0+$/, '1'),
        parentSpanId: isRoot ? '' : orphan || parent === undefined ? random.hex(16) : parent.span.spanId,
        traceState: '',
        flags: 0,
        name: random.pick(names),
        kind: sharesId ? 2 : random.below(6),
        startTimeUnixNano: start,
        endTimeUnixNano: start + duration,
        attributes: spanAttributes(random),
        droppedAttributesCount: 0,
        events: Array.from({ length: random.chance(0.3) ? 1 + random.below(2) : 0 }, () => ({
          timeUnixNano: start + BigInt(random.below(5_000)) * 1_000n,
          name: random.pick(['exception', 'retry']),
          attributes: random.chance(0.7)
            ? [
                { key: 'attempt', value: int(random.below(3)) },
                { key: 'reason', value: text(random.pick(texts)) },
              ]
            : [],
          droppedAttributesCount: 0,
        })),
        droppedEventsCount: 0,
        links: random.chance(0.15)
          ? [
              {
                traceId: random.hex(32),
                spanId: random.hex(16),
                traceState: '',
                flags: 0,
                attributes: [{ key: 'link.kind', value: text(random.pick(['batch', 'follows'])) }],
                droppedAttributesCount: 0,
              },
            ]
          : [],
        droppedLinksCount: 0,
        status: { code: random.below(3), message: random.chance(0.2) ? random.pick(['declined', 'timeout']) : '' },
      },
    })
  }
  return { traceId, spans }
}

function spanAttributes(random: Random): KeyValue[] {
  const mixed = [text('42'), int(42), double(42.5), bool(true), int(0)]
  const all: [string, () => AnyValue][] = [
    ['region', () => text(random.pick(texts))],
    ['code', () => random.pick(mixed)],
    ['items', () => int(random.below(5))],
    ['total', () => double(random.pick([0, 12.5, 60, 99.75, -3.5]))],
    ['premium', () => bool(random.chance(0.5))],
    ['weird key', () => text(random.pick(texts))],
    ['tags', () => ({ kind: 'array', values: random.some(texts, 3).map(text) })],
    [
      'delays',
      () => ({ kind: 'array', values: Array.from({ length: random.below(3) }, () => int(random.below(900))) }),
    ],
    ['http.response.status_code', () => int(random.pick([200, 404, 500, 503]))],
    ['rows', () => int(random.below(3_000))],
  ]
  return all.filter(() => random.chance(0.4)).map(([key, value]) => ({ key, value: value() }))
}
