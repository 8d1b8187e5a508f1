import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { labelsObject, labelsOf } from '../logql/labels/labels.ts'
import { acceptStreams, type Accepted } from './accept.ts'
import { defaultIngestLimits } from './ingest-limits.ts'
import { parseLabelSet } from './label-set.ts'
import { normalizeName } from './metadata-name.ts'
import { otlpStreams } from './otlp-streams.ts'

const nowMs = 1_800_000_000_000

function accept(
  labels: Record<string, string>,
  entries: { time?: bigint; line?: string; metadata?: Record<string, string> }[],
): Accepted {
  const incoming = entries.map(({ time = 1n, line = 'x', metadata = {} }) => ({
    timestampUnixNano: time,
    line,
    structuredMetadata: Object.entries(metadata),
  }))
  return acceptStreams([{ labels: labelsOf(Object.entries(labels)), entries: incoming }], {
    limits: defaultIngestLimits,
    nowMs,
    discover: true,
  })
}

function levelOf(
  line: string,
  labels: Record<string, string> = { app: 'a' },
  metadata: Record<string, string> = {},
): string | undefined {
  const entry = accept(labels, [{ line, metadata }]).batch.streams[0]?.entries[0]
  return entry && labelsObject(entry.metadata)['detected_level']
}

describe('what is taken in', () => {
  it('gets a service name from the first label that can stand for it', () => {
    assert.deepEqual(labelsObject(accept({ job: 'j', container: 'c' }, [{}]).batch.streams[0]?.labels ?? []), {
      job: 'j',
      container: 'c',
      service_name: 'c',
    })
    assert.equal(
      labelsObject(accept({ x: 'y' }, [{}]).batch.streams[0]?.labels ?? [])['service_name'],
      'unknown_service',
    )
  })

  it('gets a level from label, metadata, JSON, logfmt or a word', () => {
    assert.equal(levelOf('x', { app: 'a', level: 'WRN' }), 'warn')
    assert.equal(levelOf('x', undefined, { severity_number: '17' }), 'error')
    assert.equal(levelOf('{"a":{"level":"fatal"}}'), 'fatal')
    assert.equal(levelOf('msg=x lvl=dbg'), 'debug')
    assert.equal(levelOf('ERROR: no'), 'error')
    assert.equal(levelOf('no terror here'), 'unknown')
  })

  it('leaves wrong entries out, names them, and keeps the others', () => {
    const { batch, rejections, totalEntries } = accept({ app: 'a' }, [
      { line: 'good' },
      { time: -5n },
      { time: BigInt(nowMs + 25 * 3_600_000) * 1_000_000n },
      { line: 'y'.repeat(300_000) },
    ])
    assert.deepEqual(
      batch.streams[0]?.entries.map(({ line }) => line),
      ['good'],
    )
    const text = rejections.describe(totalEntries)
    assert.match(
      text,
      /timestamp too old: 1969-12-31T23:59:59Z.*total ignored: 1 out of 4 for stream: \{app="a", service_name="a"\}/,
    )
    assert.match(text, /timestamp too new/)
    assert.match(text, /max entry size '262144' bytes exceeded/)
  })

  it('refuses streams over the limits of labels', () => {
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`l${n}`, 'v']))
    assert.match(accept(many, [{}]).rejections.describe(1), /has 17 label names; limit 15/)
    assert.match(accept({ a: 'v'.repeat(3000) }, [{}]).rejections.describe(1), /label value too long/)
  })
})

describe('label sets', () => {
  it('are read as Prometheus writes them', () => {
    assert.deepEqual(labelsObject(parseLabelSet('{b="x\\"y",a="1", c=""}')), { a: '1', b: 'x"y' })
  })

  it('are refused with place and reason', () => {
    assert.throws(() => parseLabelSet('{a=1}'), /1:2: parse error: expected name="value"/)
    assert.throws(() => parseLabelSet('a="1"'), /expected "\{"/)
    assert.throws(() => parseLabelSet('{a="1",a="2"}'), /label "a" is there twice/)
  })

  it('of a million labels are given up early', () => {
    const text = `{${Array.from({ length: 1_000_000 }, (_, n) => `l${n}="v"`).join(',')}}`
    const started = performance.now()
    assert.throws(() => parseLabelSet(text), /more than 1000 labels/)
    assert.ok(performance.now() - started < 1000)
  })
})

it('translates names of metadata as the OTLP translator does', () => {
  assert.equal(normalizeName('http.request-method'), 'http_request_method')
  assert.equal(normalizeName('9lives'), 'key_9lives')
  assert.equal(normalizeName('---'), undefined)
})

it('makes labels of the resource attributes that are named besides the default list, and of no others', () => {
  const attribute = (key: string, value: string) => ({ key, value: { kind: 'string', value } }) as const
  const resourceLogs = [
    {
      resource: {
        attributes: [attribute('service.name', 'shop'), attribute('level', 'warn'), attribute('host.name', 'h')],
        droppedAttributesCount: 0,
      },
      schemaUrl: '',
      scopeLogs: [],
    },
  ]
  const labels = (named: string[]) => labelsObject(otlpStreams(resourceLogs, 9n, named)[0]?.labels ?? [])
  assert.deepEqual(labels(['level']), { service_name: 'shop', level: 'warn' })
  assert.deepEqual(labels([]), { service_name: 'shop' })
})

it('maps OTLP resources to labels and everything else to metadata', () => {
  const [stream] = otlpStreams(
    [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { kind: 'string', value: 'shop' } },
            { key: 'host.name', value: { kind: 'string', value: 'h' } },
          ],
          droppedAttributesCount: 0,
        },
        schemaUrl: '',
        scopeLogs: [
          {
            scope: { name: 'lib', version: '', attributes: [], droppedAttributesCount: 0 },
            schemaUrl: '',
            logRecords: [
              {
                timeUnixNano: 5n,
                observedTimeUnixNano: 6n,
                severityNumber: 9,
                severityText: 'INFO',
                body: { kind: 'kvlist', values: [{ key: 'a', value: { kind: 'int', value: 1n } }] },
                attributes: [
                  {
                    key: 'http',
                    value: { kind: 'kvlist', values: [{ key: 'route', value: { kind: 'string', value: '/x' } }] },
                  },
                ],
                droppedAttributesCount: 0,
                flags: 1,
                traceId: 'ab'.repeat(16),
                spanId: 'cd'.repeat(8),
                eventName: '',
              },
            ],
          },
        ],
      },
    ],
    9n,
  )
  assert.deepEqual(labelsObject(stream?.labels ?? []), { service_name: 'shop' })
  const [entry] = stream?.entries ?? []
  assert.equal(entry?.line, '{"a":1}')
  assert.equal(entry?.timestampUnixNano, 5n)
  assert.deepEqual(Object.fromEntries(entry?.structuredMetadata ?? []), {
    http_route: '/x',
    observed_timestamp: '6',
    severity_number: '9',
    severity_text: 'INFO',
    flags: '1',
    trace_id: 'ab'.repeat(16),
    span_id: 'cd'.repeat(8),
    host_name: 'h',
    scope_name: 'lib',
  })
})
