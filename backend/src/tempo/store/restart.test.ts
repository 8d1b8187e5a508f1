import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { tmpdir } from 'node:os'
import { encodeTracesProto } from '@playground/protocol/otlp/traces'
import { everything } from '../fetch/trace-scan.ts'
import { findTraces } from '../engine/find-traces.ts'
import { openTraceStore, spanSources, type TraceTenants } from './trace-store.ts'
import { readTrace } from './read-trace.ts'
import { resourceSpans, traceIdOf, type SpanSketch } from '../testing/spans.ts'
import { startTestTempo } from '../testing/running-tempo.ts'
import { unlimited } from '../testing/head-source.ts'

async function append(store: TraceTenants, ...sketches: SpanSketch[]): Promise<void> {
  const batch = resourceSpans(...sketches)
  await store.append('anonymous', { payload: encodeTracesProto(batch), format: 0, batch })
}

const everyField: SpanSketch = {
  id: 'full',
  parent: 'up',
  service: 'shop',
  kind: 3,
  status: 2,
  message: 'no',
  durationMs: 1.234567,
  attributes: { text: 'ä', int: 9_007_199_254_740_993n, double: -0.5, flag: false, list: ['a', 'b'], empty: [] },
  events: [{ name: 'e', atMs: 0.000_001, attributes: { deep: [1n, 2n] } }],
  links: [{ trace: 'other', span: 'x', attributes: { why: 'batch' } }],
}

test('a sealed block gives back every field, and a trace across blocks and head is whole', async (t) => {
  const store = openTraceStore({ sealRows: 1 })
  t.after(() => store.close())
  await append(store, everyField)
  await append(store, { id: 'second', parent: 'full', atMs: 3 })
  await append(store, { id: 'full', parent: 'up', kind: 3 })
  for (let waited = 0; store.select('anonymous').blocks.length < 2 && waited < 5000; waited += 20) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.ok(store.select('anonymous').blocks.length >= 2)
  const trace = readTrace(spanSources(store, 'anonymous'), traceIdOf('trace')) ?? []
  assert.deepEqual(trace[0], resourceSpans(everyField)[0])
  const ids = trace.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)))
  assert.deepEqual(ids, ['full', 'second'])
  const request = {
    query: '{ span.text = "ä" } && { name = "second" }',
    tags: new Map(),
    minDurationMs: 0,
    maxDurationMs: 0,
    limit: 9,
    spansPerSpanset: 9,
    window: everything,
  }
  const found = await findTraces(spanSources(store, 'anonymous'), request, unlimited())
  assert.equal(found[0]?.spansets[0]?.matched, 2)
})

test('spans that were acknowledged survive kill -9', async (t) => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'tempo-kill-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const script = `
    import { startTempo } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)}
    import { defaultLimits as limits, defaultRetention as retention } from ${JSON.stringify(new URL('../../server-options.ts', import.meta.url).href)}
    const server = await startTempo({ host: '127.0.0.1', port: 0, otlpGrpcPort: 0, otlpHttpPort: 0, allowedHosts: [], retention, limits, dataDir: ${JSON.stringify(dataDir)} })
    console.log(server.ports.otlpHttp)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  for (const trace of ['first', 'second']) {
    const response = await fetch(`http://127.0.0.1:${port.toString().trim()}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.from(encodeTracesProto(resourceSpans({ ...everyField, trace }))),
    })
    assert.equal(response.status, 200)
  }
  child.kill('SIGKILL')
  await once(child, 'exit')

  const tempo = await startTestTempo(t, { dataDir })
  for (const trace of ['first', 'second'])
    assert.equal((await tempo.get(`/api/traces/${traceIdOf(trace)}`)).status, 200)
  const found = (await (
    await tempo.get(`/api/search?q=${encodeURIComponent('{ span.int = 9007199254740993 }')}`)
  ).json()) as { traces: unknown[] }
  assert.equal(found.traces.length, 2)
})
