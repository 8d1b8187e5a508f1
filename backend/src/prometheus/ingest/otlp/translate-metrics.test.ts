import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMetricsJson } from '@playground/protocol/otlp/metrics'
import { translateMetrics } from './translate-metrics.ts'

const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })
const resource = {
  attributes: [
    attribute('service.name', 'checkout'),
    attribute('service.namespace', 'shop'),
    attribute('service.instance.id', 'c-0'),
    attribute('host.name', 'node-a'),
  ],
}

function translate(...metrics: object[]) {
  const body = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }
  const { request, reasons } = translateMetrics(decodeMetricsJson(Buffer.from(JSON.stringify(body))))
  const lines = request.series.flatMap(({ labels, samples }) => {
    const rest = labels.filter(([name]) => name !== '__name__').map((pair) => pair.join('='))
    const name = labels.find(([label]) => label === '__name__')?.[1]
    return samples.map(({ value, stale }) => `${name} ${rest.join(',')} ${stale ? 'stale' : value}`)
  })
  return { lines, request, reasons }
}

const point = (value: object) => ({ timeUnixNano: '1000000000', attributes: [attribute('http.route', '/x')], ...value })

test('a counter gets unit and _total, job and instance; the rest of the resource goes to target_info', () => {
  const { lines } = translate({
    name: 'net.io',
    unit: 'By',
    sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [point({ asInt: '7' })] },
  })
  assert.deepEqual(lines, [
    'net_io_bytes_total http_route=/x,instance=c-0,job=shop/checkout 7',
    'target_info host_name=node-a,instance=c-0,job=shop/checkout 1',
  ])
})

const names: readonly (readonly [string, string, string, string])[] = [
  ['cache.hit', '1', 'gauge', 'cache_hit_ratio'],
  ['system.cpu.time', 's', 'gauge', 'system_cpu_time_seconds'],
  ['speed', 'm/s', 'gauge', 'speed_meters_per_second'],
  ['queue.depth', '{message}', 'gauge', 'queue_depth'],
  ['2xx', '', 'gauge', '_2xx'],
  ['process.memory.bytes', 'By', 'gauge', 'process_memory_bytes'],
]

for (const [name, unit, kind, expected] of names) {
  test(`${name} [${unit}] becomes ${expected}`, () => {
    const { lines } = translate({ name, unit, [kind]: { dataPoints: [point({ asDouble: 1 })] } })
    assert.equal(lines[0]?.split(' ')[0], expected)
  })
}

test('a histogram becomes cumulative buckets, and exemplars go to the bucket they are in', () => {
  const exemplar = { timeUnixNano: '1000000000', asDouble: 0.7, traceId: 'aa'.repeat(16), spanId: 'bb'.repeat(8) }
  const { lines, request } = translate({
    name: 'd',
    unit: 's',
    histogram: {
      aggregationTemporality: 2,
      dataPoints: [
        point({ count: '6', sum: 3, bucketCounts: ['1', '2', '3'], explicitBounds: [0.5, 1], exemplars: [exemplar] }),
      ],
    },
  })
  assert.deepEqual(
    lines.slice(2, 5).map((line) => line.replace(/^.*le=/, '')),
    ['0.5 1', '1 3', '+Inf 6'],
  )
  const carrier = request.series.find(({ exemplars }) => exemplars.length > 0)
  assert.deepEqual(
    carrier?.labels.find(([name]) => name === 'le'),
    ['le', '1'],
  )
})

test('an exponential histogram becomes a native one; its indexes move by one', () => {
  const dataPoint = point({
    count: '6',
    sum: 3,
    scale: 0,
    zeroCount: '1',
    positive: { offset: -1, bucketCounts: ['2', '0', '3'] },
  })
  const { request } = translate({
    name: 'e',
    exponentialHistogram: { aggregationTemporality: 2, dataPoints: [dataPoint] },
  })
  const native = request.series[0]?.histograms[0]
  assert.deepEqual(native?.positiveSpans, [
    { offset: 0, length: 1 },
    { offset: 1, length: 1 },
  ])
  assert.deepEqual(native?.positiveCounts, [2, 3])
})

test('a point without a recorded value is a staleness marker', () => {
  const { lines } = translate({ name: 'g', gauge: { dataPoints: [point({ flags: 1 })] } })
  assert.match(lines[0] ?? '', / stale$/)
})

test('delta sums are refused with the reason, what else is in the request is taken', () => {
  const { lines, reasons } = translate(
    { name: 'd', sum: { isMonotonic: true, aggregationTemporality: 1, dataPoints: [point({ asInt: '1' })] } },
    { name: 'g', gauge: { dataPoints: [point({ asInt: '1' })] } },
  )
  assert.match(reasons.join(), /invalid temporality and type combination for metric "d"/)
  assert.equal(lines[0]?.split(' ')[0], 'g')
})
