import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { createLogger } from './logger.ts'
import { startTracing, stopTracing } from './tracing.ts'

startTracing()
after(() => stopTracing())

function logged(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  const lines: string[] = []
  write(createLogger({ write: (line) => void lines.push(line) }, { level: 'info', service: 'shop' }))
  assert.equal(lines.length, 1)
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>
}

describe('a log line', () => {
  it('has the fields of the house, then those of the event', () => {
    const { timestamp, ...line } = logged((logger) => logger.info({ sku: 'mug' }, 'stock reserved'))
    assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.deepEqual(line, { level: 'info', service: 'shop', sku: 'mug', message: 'stock reserved' })
  })

  it('names the active span', () => {
    const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
    const line = logged((logger) => context.with(trace.setSpanContext(ROOT_CONTEXT, span), () => logger.warn('slow')))
    assert.equal(line['trace_id'], span.traceId)
    assert.equal(line['span_id'], span.spanId)
    assert.equal(line['level'], 'warn')
  })

  it('spells an error as fields, its cause in the stack', () => {
    const error = new TypeError('no stock', { cause: new Error('no table') })
    const line = logged((logger) => logger.error({ error }, 'failed'))
    assert.equal(line['error.type'], 'TypeError')
    assert.equal(line['error.message'], 'no stock')
    assert.match(String(line['error.stack']), /TypeError: no stock\n[^]*\[cause\]: Error: no table/)
    assert.equal(line['error'], undefined)
  })

  it('is not written below the level', () => {
    const lines: string[] = []
    createLogger({ write: (line) => void lines.push(line) }, { level: 'info', service: 'shop' }).debug('detail')
    assert.deepEqual(lines, [])
  })
})
