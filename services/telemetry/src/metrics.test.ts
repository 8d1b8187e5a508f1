import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseExposition } from '@playground/protocol/exposition'
import { createCounter, ExemplarHistogram, renderMetrics } from './metrics.ts'

const traceIds = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' }
const orders = createCounter({ name: 'test_orders', help: 'Orders.', labels: ['sku'] })
const duration = new ExemplarHistogram({
  name: 'test_duration_seconds',
  help: 'Duration.',
  labels: ['route', 'error'],
  buckets: [0.1, 1],
})
orders.inc({ sku: 'a # {trace_id="' }, 2)
duration.observe({ route: '/checkout', error: '' }, 0.5, traceIds)

describe('renderMetrics', () => {
  it('gives OpenMetrics with exemplars to a scraper that asks for it', async () => {
    const { contentType, body } = await renderMetrics(
      'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;q=0.5',
    )
    const { samples } = parseExposition(body, contentType)
    const bucket = samples.find(({ exemplar }) => exemplar !== undefined)
    assert.deepEqual(bucket?.labels.toSorted(), [
      ['__name__', 'test_duration_seconds_bucket'],
      ['le', '1'],
      ['route', '/checkout'],
    ])
    assert.deepEqual(Object.fromEntries(bucket.exemplar?.labels ?? []), traceIds)
    assert.equal(bucket.exemplar?.value, 0.5)
  })

  it('gives the Prometheus text format to others: the same samples, counters under their full name, no exemplars', async () => {
    const openMetrics = await renderMetrics('application/openmetrics-text')
    const text = await renderMetrics(undefined)
    assert.match(text.contentType, /^text\/plain; version=0\.0\.4/)
    assert.match(text.body, /^# TYPE test_orders_total counter$/m)
    const bare = ({ contentType, body }: typeof text) =>
      parseExposition(body, contentType).samples.map(({ labels, value }) => ({ labels, value }))
    assert.deepEqual(bare(text), bare(openMetrics))
    assert.ok(parseExposition(text.body, text.contentType).samples.every(({ exemplar }) => exemplar === undefined))
  })

  it('gives a series that was announced as 0, and as one series once something is observed', async () => {
    const labels = { route: '/announced', error: 'timeout' }
    duration.startAtZero(labels)
    const count = async () =>
      [
        ...(await renderMetrics(undefined)).body.matchAll(/^test_duration_seconds_count\{.*"\/announced".*\} (\d+)$/gm),
      ].map(([, value]) => Number(value))
    assert.deepEqual(await count(), [0])
    duration.observe(labels, 0.5, traceIds)
    assert.deepEqual(await count(), [1])
  })
})
