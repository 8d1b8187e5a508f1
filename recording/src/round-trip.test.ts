import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { startBackend, type Backend } from '@playground/backend'
import { capture, type CaptureOptions } from './capture/capture.ts'
import { compareRecordings } from './compare-recordings.ts'
import { openRecording } from './file/open-recording.ts'
import { replay } from './replay/replay.ts'
import { storesTarget } from './replay/send.ts'
import { REPLAY_LABEL } from './replay/namespace.ts'
import { sampleLogs, sampleMetrics, sampleTraces } from './sample-lab.ts'

const NANO = 1_000_000_000n
const SECONDS = 10n

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'round-trip-'))
  t.after(() => rm(path, { recursive: true, force: true }))
  return path
}

async function backend(t: TestContext): Promise<Backend> {
  // Span metrics would be made again by the replay, at another time.
  const started = await startBackend({ metricsGenerator: false })
  t.after(() => started.close())
  return started
}

const targetOf = ({ lokiUrl, otlpHttpUrl, prometheusUrl }: Backend) =>
  storesTarget({ loki: lokiUrl, tempoOtlp: otlpHttpUrl, prometheus: prometheusUrl })

async function fill(filled: Backend, startUnixNano: bigint): Promise<void> {
  const target = targetOf(filled)
  await target.logs(sampleLogs(startUnixNano, 40))
  await target.traces(sampleTraces(startUnixNano, 15))
  await target.metrics(sampleMetrics(startUnixNano, 20))
}

const minuteAgo = () => (BigInt(Math.floor(Date.now() / 1_000)) - 60n) * NANO

function captureOf(
  { lokiUrl, tempoUrl, prometheusUrl }: Backend,
  file: string,
  fromUnixNano: bigint,
  more: Partial<CaptureOptions> = {},
) {
  return capture({
    file,
    name: 'test',
    stores: { loki: lokiUrl, tempo: tempoUrl, prometheus: prometheusUrl },
    fromUnixNano,
    toUnixNano: fromUnixNano + SECONDS * NANO,
    // Far below what is there: every way of paging is taken.
    limits: { logPage: 14, traceSearch: 12 },
    ...more,
  })
}

describe('capture, replay, capture', () => {
  it('gives an equal file at the original time', async (t) => {
    const dir = await directory(t)
    const from = minuteAgo()
    const [first, second] = [await backend(t), await backend(t)]
    await fill(first, from)
    const manifest = await captureOf(first, join(dir, 'a.zip'), from)
    assert.deepEqual(manifest.counts, { logs: 40 + 20 + 2 + 1, spans: 30, samples: 60, exemplars: 15 })
    assert.deepEqual(manifest.missing, ["metrics: staleness markers: Prometheus' query API leaves them out"])
    assert.deepEqual(manifest.proved, ['traces: 30 spans began in the range, Tempo counts 30'])
    using a = await openRecording(join(dir, 'a.zip'))
    await replay(a, { target: targetOf(second), at: 'original', speed: Number.POSITIVE_INFINITY })
    await captureOf(second, join(dir, 'b.zip'), from)
    using b = await openRecording(join(dir, 'b.zip'))
    assert.deepEqual(await compareRecordings(a, b), [])
  })

  it('keeps all intervals when the times move to now', async (t) => {
    const dir = await directory(t)
    const from = minuteAgo() - 3_600n * NANO
    const [first, second] = [await backend(t), await backend(t)]
    await fill(first, from)
    await captureOf(first, join(dir, 'a.zip'), from)
    using a = await openRecording(join(dir, 'a.zip'))
    const before = Date.now()
    const { shiftNano } = await replay(a, { target: targetOf(second), at: 'now', speed: 20 })
    assert.ok(Date.now() - before >= 450, 'ten seconds at 20 times the speed take half a second')
    assert.ok(shiftNano > 3_600n * NANO)
    await captureOf(second, join(dir, 'b.zip'), from + shiftNano)
    using b = await openRecording(join(dir, 'b.zip'))
    assert.deepEqual(await compareRecordings(a, b, { shiftNano }), [])
    const unshifted = await compareRecordings(a, b)
    assert.deepEqual(
      unshifted.map(({ signal, onlyInFirst }) => [signal, onlyInFirst]),
      [
        ['logs', 63],
        ['spans', 30],
        ['metrics', 75],
      ],
    )
  })

  it('beside the original: labelled, with ids of its own that still belong together', async (t) => {
    const dir = await directory(t)
    const from = minuteAgo()
    const lab = await backend(t)
    await fill(lab, from)
    await captureOf(lab, join(dir, 'a.zip'), from)
    using a = await openRecording(join(dir, 'a.zip'))
    await replay(a, { target: targetOf(lab), at: 'original', speed: Number.POSITIVE_INFINITY, namespace: 'again' })
    const both = await captureOf(lab, join(dir, 'both.zip'), from)
    assert.deepEqual(both.counts, { logs: 126, spans: 60, samples: 120, exemplars: 30 })
    const queries = {
      logs: `{${REPLAY_LABEL}="again"}`,
      traces: `{ resource.${REPLAY_LABEL} = "again" }`,
      metrics: `{${REPLAY_LABEL}="again"}`,
    }
    await captureOf(lab, join(dir, 'again.zip'), from, { queries })
    using again = await openRecording(join(dir, 'again.zip'))
    assert.equal(again.manifest.counts.logs, 63)
    assert.equal(again.manifest.counts.spans, 30)
    const traceIds = new Set<string>()
    for await (const batch of again.traces())
      for (const { scopeSpans } of batch)
        for (const { spans } of scopeSpans) for (const span of spans) traceIds.add(span.traceId)
    const originals = new Set(
      sampleTraces(from, 15).flatMap((group) =>
        group.scopeSpans.flatMap(({ spans }) => spans.map((span) => span.traceId)),
      ),
    )
    assert.equal(traceIds.size, 15)
    assert.equal([...traceIds].filter((id) => originals.has(id)).length, 0)
    let correlated = 0
    for await (const batch of again.logs())
      for (const { scopeLogs } of batch)
        for (const { logRecords } of scopeLogs)
          correlated += logRecords.filter(({ traceId }) => traceIds.has(traceId)).length
    assert.equal(correlated, 15)
  })
})
