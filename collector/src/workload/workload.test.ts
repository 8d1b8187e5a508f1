import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExposition } from '@playground/protocol/exposition'
import { decodeLogsProto, encodeLogsProto } from '@playground/protocol/otlp/logs'
import { decodeMetricsProto, encodeMetricsProto } from '@playground/protocol/otlp/metrics'
import { decodeTracesProto, encodeTracesProto } from '@playground/protocol/otlp/traces'
import { parseSpanId, parseToken, spanIdOf, tokenOf } from './identity.ts'
import { logLineAt } from './log-line.ts'
import { metricsOfExport, pointSeqOf } from './metric-export.ts'
import { dueAtMs } from './pace.ts'
import { renderOpenMetrics, scrapePageAt } from './scrape-page.ts'
import { logsOfTrace, spanAt, spansOfTrace } from './trace.ts'
import { workload } from './workload.ts'

const sent = workload({
  seed: 7,
  startTimeUnixNano: 1_795_000_000_000_000_000n,
  traces: 10,
  spansPerTrace: 7,
  logsPerTrace: 9,
  metricExports: 3,
  lines: 100,
})

test('an item is the same whenever it is built, and another for another seed', () => {
  assert.deepEqual(spanAt(sent, 33), spanAt({ ...sent }, 33))
  assert.notDeepEqual(spanAt({ ...sent, seed: 8 }, 33), spanAt(sent, 33))
})

test('a span id says which trace and span it is, and only to its own run', () => {
  for (const [trace, index] of [
    [0, 0],
    [1, 999],
    [4_000_000_000, 65_535],
  ] as const)
    assert.deepEqual(parseSpanId(7, spanIdOf(7, trace, index)), { trace, index })
  assert.equal(parseSpanId(8, spanIdOf(7, 1, 1)), undefined)
  assert.equal(parseToken(7, 'line', `x ${tokenOf(7, 'line', 42)} y`), 42)
  assert.equal(parseToken(8, 'line', `x ${tokenOf(7, 'line', 42)} y`), undefined)
})

test('a trace is one tree: one root, every parent exists and comes before its child', () => {
  const spans = spansOfTrace(sent, 3).flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  const ids = new Set(spans.map(({ spanId }) => spanId))
  assert.equal(ids.size, 7)
  assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1)
  assert.equal(spans.filter(({ parentSpanId }) => parentSpanId === '').length, 1)
  for (const { parentSpanId } of spans) assert.ok(parentSpanId === '' || ids.has(parentSpanId))
})

test('log records belong to spans of their trace and carry that span’s resource', () => {
  const services = new Map(
    spansOfTrace(sent, 4).flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map(({ spanId }) => [spanId, resource] as const)),
    ),
  )
  const groups = logsOfTrace(sent, 4)
  assert.equal(groups.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords)).length, 9)
  for (const { resource, scopeLogs } of groups)
    for (const { spanId } of scopeLogs.flatMap(({ logRecords }) => logRecords))
      assert.deepEqual(services.get(spanId), resource)
})

test('every item survives the wire of its protocol', () => {
  assert.deepEqual(decodeTracesProto(encodeTracesProto(spansOfTrace(sent, 2))), spansOfTrace(sent, 2))
  assert.deepEqual(decodeLogsProto(encodeLogsProto(logsOfTrace(sent, 2))), logsOfTrace(sent, 2))
  const metrics = metricsOfExport(sent, 2)
  assert.deepEqual(decodeMetricsProto(encodeMetricsProto(metrics)), metrics)
  const seqs = metrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((scope) =>
      scope.metrics.map(({ name, data }) => pointSeqOf(sent, name, data?.points[0]?.timeUnixNano ?? 0n)),
    ),
  )
  assert.deepEqual(seqs, [12, 13, 14, 15, 16, 17])
})

test('a page of the scrape target is valid OpenMetrics with the samples it was built from', () => {
  const page = scrapePageAt(sent, 5)
  const parsed = parseExposition(renderOpenMetrics(page), 'application/openmetrics-text; version=1.0.0')
  assert.deepEqual(
    parsed.samples.map(({ labels, value }) => [labels, value]),
    page.samples.map(({ labels, value }) => [labels, value]),
  )
  assert.equal(parsed.samples.filter(({ exemplar }) => exemplar !== undefined).length, 2)
})

test('hostile lines have CRLF, colour, bytes that are not UTF-8 and a quarter of a megabyte', () => {
  const lines = Array.from({ length: 12 }, (_, seq) => logLineAt({ ...sent, lineStyle: 'hostile' }, seq))
  assert.ok(lines.some(({ bytes }) => bytes.toString().endsWith('\r\n')))
  assert.ok(lines.some(({ text }) => text.includes('\u001b[31m')))
  assert.ok(lines.some(({ text }) => text.includes('\ufffd')))
  assert.ok(lines.some(({ text }) => text.length > 262_144))
  lines.forEach(({ text }, seq) => assert.equal(parseToken(7, 'line', text), seq))
})

test('a pace says when a batch is due: a burst at once, a steady rate evenly, a ramp ever closer', () => {
  assert.equal(dueAtMs({ kind: 'burst' }, 1000), 0)
  assert.equal(dueAtMs({ kind: 'steady', perSecond: 50 }, 100), 2000)
  const ramp = { kind: 'ramp', from: 10, to: 110, overMs: 10_000 } as const
  assert.equal(Math.round(dueAtMs(ramp, 600)), 10_000)
  assert.equal(Math.round(dueAtMs(ramp, 710)), 11_000)
  assert.ok(dueAtMs(ramp, 101) - dueAtMs(ramp, 100) > dueAtMs(ramp, 501) - dueAtMs(ramp, 500))
})

test('a workload that cannot be says which field is wrong', () => {
  assert.throws(() => workload({ seed: 1, spansPerTrace: 0 }), /spansPerTrace: expected 1\.\.1000, got 0/)
})
