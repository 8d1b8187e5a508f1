import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExposition, renderExposition } from './exposition.ts'

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'
const TEXT = 'text/plain; version=0.0.4'

test('OpenMetrics gives types, units, seconds as timestamps and exemplars', () => {
  const text = `# HELP http_seconds Time\\nspent.
# TYPE http_seconds histogram
# UNIT http_seconds seconds
http_seconds_bucket{le="0.5",route="/a\\"b\\\\"} 3 1795168800.123 # {trace_id="a1",span_id="b2"} 0.25 1795168800.1
http_seconds_count 3
# EOF
`
  assert.deepEqual(parseExposition(text, OPEN_METRICS), {
    samples: [
      {
        labels: [
          ['__name__', 'http_seconds_bucket'],
          ['le', '0.5'],
          ['route', '/a"b\\'],
        ],
        value: 3,
        timestampMs: 1_795_168_800_123,
        exemplar: {
          labels: [
            ['trace_id', 'a1'],
            ['span_id', 'b2'],
          ],
          value: 0.25,
          timestampMs: 1_795_168_800_100,
        },
      },
      { labels: [['__name__', 'http_seconds_count']], value: 3, timestampMs: undefined, exemplar: undefined },
    ],
    metadata: [{ metricFamilyName: 'http_seconds', type: 'histogram', help: 'Time\nspent.', unit: 'seconds' }],
  })
})

test('Prometheus text has milliseconds as timestamps, special numbers, free spaces and quoted names', () => {
  const { samples } = parseExposition(
    '  up 1 1000\n\nx{ a = "1" , } +Inf\ny NaN\n{"http.requests",a="b"} 0x10\n# a comment\n',
    TEXT,
  )
  assert.deepEqual(
    samples.map(({ labels, value, timestampMs }) => [labels, value, timestampMs]),
    [
      [[['__name__', 'up']], 1, 1000],
      [
        [
          ['__name__', 'x'],
          ['a', '1'],
        ],
        Number.POSITIVE_INFINITY,
        undefined,
      ],
      [[['__name__', 'y']], Number.NaN, undefined],
      [
        [
          ['__name__', 'http.requests'],
          ['a', 'b'],
        ],
        16,
        undefined,
      ],
    ],
  )
})

for (const [text, type, message] of [
  ['a 1\nb{x="1" 2\n', TEXT, 'line 2, column 9: expected , or } after a label'],
  ['a one\n', TEXT, 'line 1, column 6: expected a number, got "one"'],
  ['b{x="1\n', TEXT, 'line 1, column 5: expected a quoted string'],
  ['b{x=1}\n', TEXT, 'line 1, column 5: expected a quoted string'],
  ['a{x="1",x="2"} 1\n', TEXT, 'line 1, column 14: expected label x once'],
  ['a 1\n', OPEN_METRICS, 'line 2: expected # EOF, got the end of the text'],
  ['a 1\n# EOF\nb 1\n', OPEN_METRICS, 'line 3: expected nothing after # EOF'],
  ['{a="b"} 1\n', TEXT, 'line 1, column 8: expected a metric name'],
] as const) {
  test(`bad text is refused with its place: ${message}`, () => {
    assert.throws(() => parseExposition(text, type), { name: 'ProtocolError', message })
  })
}

test('lines may end as Windows ends them, in help texts too', () => {
  const { samples, metadata } = parseExposition(
    '# HELP up Is it up?\r\n# TYPE up gauge\r\nup 1\r\n# EOF\r\n',
    OPEN_METRICS,
  )
  assert.deepEqual(metadata, [{ metricFamilyName: 'up', type: 'gauge', help: 'Is it up?', unit: '' }])
  assert.equal(samples.length, 1)
})

test('a help text keeps every character but the line feed; quoted names have metadata too', () => {
  const { metadata } = parseExposition(
    '# HELP up one\u2028two\n# TYPE "http.requests" counter\n# HELP "unclosed x\n# TYPE\n',
    TEXT,
  )
  assert.deepEqual(metadata, [
    { metricFamilyName: 'up', type: 'unknown', help: 'one\u2028two', unit: '' },
    { metricFamilyName: 'http.requests', type: 'counter', help: '', unit: '' },
  ])
})

test('a value of megabytes and a series of 200 000 labels are read', () => {
  const long = parseExposition(`m{a="${'x\\\\'.repeat(2_000_000)}"} 1\n`, TEXT)
  assert.equal(long.samples[0]?.labels[1]?.[1].length, 4_000_000)
  const many = Array.from({ length: 200_000 }, (_, i) => `a${i}="b"`).join(',')
  assert.equal(parseExposition(`m{${many}} 1\n`, TEXT).samples[0]?.labels.length, 200_001)
})

test('what is rendered is parsed back', () => {
  const exposition = {
    samples: [
      {
        labels: [
          ['__name__', 'items_total'],
          ['reason', 'say "no"\n'],
        ] as [string, string][],
        value: 3,
        timestampMs: undefined,
        exemplar: undefined,
      },
    ],
    metadata: [{ metricFamilyName: 'items_total', type: 'counter' as const, help: 'Items.', unit: '' }],
  }
  assert.deepEqual(parseExposition(renderExposition(exposition), TEXT), exposition)
})
