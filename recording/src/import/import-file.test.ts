import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { encodeLogsJson } from '@playground/protocol/otlp/logs'
import { encodeMetricsJson } from '@playground/protocol/otlp/metrics'
import { encodeTracesJson } from '@playground/protocol/otlp/traces'
import { logs, metrics, traces } from '@playground/protocol/otlp/otlp-samples'
import { canonicalLogs, canonicalMetrics, canonicalSpans } from '../canonical-rows.ts'
import { openRecording } from '../file/open-recording.ts'
import { importFiles } from './import-file.ts'

const PLAIN = { shiftNano: 0n, ignoreLabel: undefined }

async function imported(t: TestContext, contents: Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), 'import-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  const inputs = []
  for (const [name, content] of Object.entries(contents)) {
    inputs.push(join(directory, name))
    await writeFile(join(directory, name), content)
  }
  const file = join(directory, 'imported.incident.zip')
  const manifest = await importFiles({ inputs, file, name: 'imported' }).catch(async (error: unknown) => {
    assert.deepEqual(
      (await readdir(directory)).sort(),
      Object.keys(contents).sort(),
      'nothing is left of a failed import',
    )
    throw error
  })
  return { manifest, recording: await openRecording(file) }
}

async function rows<T>(generator: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of generator) all.push(row)
  return all
}

describe("other people's telemetry", () => {
  it("keeps every value of the collector's file exporter, whatever the order of signals", async (t) => {
    const lines = [encodeMetricsJson(metrics), encodeTracesJson(traces), encodeLogsJson(logs), encodeTracesJson(traces)]
    const { recording } = await imported(t, { 'export.json': lines.map((line) => JSON.stringify(line)).join('\n') })
    using open = recording
    const of = async function* <T>(batches: T[]) {
      yield* batches
    }
    assert.deepEqual(await rows(canonicalLogs(open.logs(), PLAIN)), await rows(canonicalLogs(of([logs]), PLAIN)))
    assert.deepEqual(
      await rows(canonicalSpans(open.traces(), PLAIN)),
      await rows(canonicalSpans(of([traces, traces]), PLAIN)),
    )
    assert.deepEqual(
      await rows(canonicalMetrics(open.metrics(), PLAIN)),
      await rows(canonicalMetrics(of([metrics]), PLAIN)),
    )
  })

  it('reads Jaeger: short ids, references, kinds, status, logs', async (t) => {
    const span = {
      traceID: 'abc',
      spanID: '2',
      operationName: 'GET /',
      references: [
        { refType: 'CHILD_OF', traceID: 'abc', spanID: '1' },
        { refType: 'FOLLOWS_FROM', traceID: 'def', spanID: '9' },
      ],
      startTime: 1_700_000_000_000_001,
      duration: 250,
      tags: [
        { key: 'span.kind', type: 'string', value: 'server' },
        { key: 'error', type: 'bool', value: true },
        { key: 'rows', type: 'int64', value: 7 },
      ],
      logs: [{ timestamp: 1_700_000_000_000_100, fields: [{ key: 'event', type: 'string', value: 'retry' }] }],
      processID: 'p1',
    }
    const processes = { p1: { serviceName: 'shop', tags: [{ key: 'host.name', type: 'string', value: 'a' }] } }
    const { recording, manifest } = await imported(t, {
      'trace.json': JSON.stringify({ data: [{ traceID: 'abc', spans: [span], processes }] }),
    })
    using open = recording
    assert.equal(manifest.fromUnixNano, 1_700_000_000_000_001_000n)
    const [group] = (await rows(open.traces())).flat()
    const [read] = group?.scopeSpans[0]?.spans ?? []
    assert.ok(read !== undefined)
    assert.deepEqual(
      [read.traceId, read.spanId, read.parentSpanId, read.kind, read.status.code, read.endTimeUnixNano],
      ['abc'.padStart(32, '0'), '2'.padStart(16, '0'), '1'.padStart(16, '0'), 2, 2, 1_700_000_000_000_251_000n],
    )
    assert.deepEqual(
      read.links.map(({ spanId }) => spanId),
      ['9'.padStart(16, '0')],
    )
    assert.deepEqual(
      read.events.map(({ name, timeUnixNano }) => [name, timeUnixNano]),
      [['retry', 1_700_000_000_000_100_000n]],
    )
    assert.deepEqual(
      group?.resource.attributes.map(({ key }) => key),
      ['service.name', 'host.name'],
    )
  })

  it('reads Loki answers, logcli lines, Prometheus answers and OpenMetrics together', async (t) => {
    const streams = {
      status: 'success',
      data: {
        resultType: 'streams',
        result: [
          { stream: { app: 'a' }, values: [['1700000000000000001', 'one', { structuredMetadata: { k: 'v' } }]] },
        ],
      },
    }
    const matrix = {
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { __name__: 'up', job: 'a' },
            values: [
              [1_700_000_000.5, '1'],
              [1_700_000_015.5, 'NaN'],
            ],
          },
        ],
      },
    }
    const { recording, manifest } = await imported(t, {
      'loki.json': JSON.stringify(streams),
      'logcli.jsonl': '{"labels":{"app":"b"},"line":"two","timestamp":"2023-11-14T22:13:20.123456789Z"}\n',
      'range.json': JSON.stringify(matrix),
      'metrics.txt':
        '# TYPE http_requests counter\nhttp_requests_total{code="200"} 3 1700000000.25 # {trace_id="abc"} 0.5 1700000000\n# EOF\n',
    })
    using open = recording
    assert.deepEqual(manifest.counts, { logs: 2, spans: 0, samples: 3, exemplars: 1 })
    const records = (await rows(open.logs()))
      .flat()
      .flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
    assert.deepEqual(
      records.map(({ timeUnixNano }) => timeUnixNano),
      [1_700_000_000_000_000_001n, 1_700_000_000_123_456_789n],
    )
    const found = (await rows(open.metrics()))
      .flat()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scoped) => scoped.metrics))
    assert.deepEqual(
      found.map(({ name }) => name),
      ['up', 'http_requests_total'],
    )
    const [up] = found
    assert.ok(up?.data?.kind === 'gauge')
    assert.deepEqual(
      up.data.points.map(({ timeUnixNano }) => timeUnixNano),
      [1_700_000_000_500_000_000n, 1_700_000_015_500_000_000n],
    )
  })

  it('says which line is not understood, and writes nothing', async (t) => {
    await assert.rejects(
      imported(t, { 'x.json': `${JSON.stringify(encodeLogsJson(logs))}\n{"resourceLogs":[{]` }),
      /x\.json, line 2: /,
    )
    await assert.rejects(imported(t, { 'x.bin': '\u0000\u0001' }), /is in none of the known formats/)
    await assert.rejects(imported(t, { 'empty.json': '{"resourceLogs":[]}' }), /holds no log record, span or sample/)
  })
})
