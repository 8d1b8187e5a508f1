/** The backend as a process: one ready line, clear ends, nothing acknowledged lost. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { encodeTracesProto } from '@playground/protocol/otlp/traces'
import { encodeWriteV1 } from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const anyPorts = {
  LOKI_PORT: '0',
  TEMPO_PORT: '0',
  PROMETHEUS_PORT: '0',
  TEMPO_OTLP_GRPC_PORT: '0',
  TEMPO_OTLP_HTTP_PORT: '0',
}
const traceId = '5b8efff798038103d269b633813fc60c'

interface Ready {
  loki: { url: string }
  tempo: { url: string; ports: { otlpHttp: number } }
  prometheus: { url: string }
}

function spawnMain(
  t: TestContext,
  args: string[],
  env: Record<string, string> = {},
): ChildProcess & { complaint: () => string } {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...anyPorts, METRICS_GENERATOR: 'off', ...env },
  })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  t.after(() => child.kill('SIGKILL'))
  return Object.assign(child, { complaint: () => complaint })
}

async function whenReady(child: ChildProcess): Promise<Ready> {
  assert.ok(child.stdout)
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), once(child, 'exit')])) as [unknown]
  assert.equal(typeof line, 'string', 'it ended before it was ready')
  return JSON.parse(String(line)) as Ready
}

async function ended(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return { code, signal }
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-backend-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}

test('what the three servers acknowledged is found after kill -9, and SIGTERM ends the process with 0', async (t) => {
  const folder = await temporaryFolder(t)
  const first = spawnMain(t, ['--data-dir', folder])
  await ingestOneOfEach(await whenReady(first))
  first.kill('SIGKILL')
  await ended(first)

  const second = spawnMain(t, ['--data-dir', folder])
  const { loki, tempo, prometheus } = await whenReady(second)
  const found = async (url: string): Promise<string> => (await fetch(url)).text()
  assert.match(await found(`${loki.url}/loki/api/v1/query_range?query={job="t"}&since=1h`), /survives/)
  assert.match(await found(`${tempo.url}/api/traces/${traceId}`), /kept span/)
  assert.match(await found(`${prometheus.url}/api/v1/query?query=kept_metric`), /"42"/)
  const closing = ended(second)
  second.kill('SIGTERM')
  assert.deepEqual(await closing, { code: 0, signal: null }, second.complaint())
})

test('a busy port ends it with 1 and one line that names port, setting and holder', async (t) => {
  const taken = net.createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.after(() => taken.close())
  const { port } = taken.address() as net.AddressInfo
  const child = spawnMain(t, ['--memory'], { TEMPO_PORT: String(port) })
  assert.equal((await ended(child)).code, 1)
  assert.match(
    child.complaint(),
    new RegExp(`^backend: tempo cannot start: port ${port} on 127.0.0.1 is in use.*; TEMPO_PORT moves it\n$`),
  )
})

test('a damaged data file ends it with 1 and one line that names the file', async (t) => {
  const folder = await temporaryFolder(t)
  await writeFile(join(folder, 'loki.sqlite'), 'not a database '.repeat(1_000))
  const child = spawnMain(t, ['--data-dir', folder])
  assert.equal((await ended(child)).code, 1)
  assert.match(child.complaint(), /^backend: loki cannot start: .*loki\.sqlite is not a database.*\n$/)
})

test('faulty settings end it with 2 and every fault', async (t) => {
  const child = spawnMain(t, ['--nonsense'], { LOKI_PORT: 'x' })
  assert.equal((await ended(child)).code, 2)
  assert.match(child.complaint(), /LOKI_PORT: expected 0\.\.65535, got "x"\n.*--nonsense/)
})

async function ingestOneOfEach({ loki, tempo, prometheus }: Ready): Promise<void> {
  const now = Date.now()
  const nano = `${now}000000`
  const protobuf = { 'content-type': 'application/x-protobuf' }
  const accept = async (url: string, headers: Record<string, string>, body: Uint8Array | string): Promise<void> => {
    const response = await fetch(url, { method: 'POST', headers, body })
    assert.ok(response.ok, `${url}: ${response.status} ${await response.text()}`)
  }
  const stream = { stream: { job: 't' }, values: [[nano, 'a line that survives']] }
  await accept(
    `${loki.url}/loki/api/v1/push`,
    { 'content-type': 'application/json' },
    JSON.stringify({ streams: [stream] }),
  )
  const span = {
    traceId,
    spanId: 'eee19b7ec3c1b174',
    parentSpanId: '',
    traceState: '',
    flags: 1,
    name: 'kept span',
    kind: 2,
    startTimeUnixNano: BigInt(nano),
    endTimeUnixNano: BigInt(nano) + 1n,
    attributes: [],
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { message: '', code: 0 },
  }
  const scope = { name: '', version: '', attributes: [], droppedAttributesCount: 0 }
  const resource = { attributes: [], droppedAttributesCount: 0 }
  const traces = encodeTracesProto([{ resource, scopeSpans: [{ scope, spans: [span], schemaUrl: '' }], schemaUrl: '' }])
  await accept(`http://127.0.0.1:${tempo.ports.otlpHttp}/v1/traces`, protobuf, traces)
  const series = {
    labels: [['__name__', 'kept_metric'] as [string, string]],
    samples: [{ timestampMs: now, value: 42 }],
    histograms: [],
    exemplars: [],
  }
  const write = snappyEncode(encodeWriteV1({ series: [series], metadata: [] }))
  await accept(`${prometheus.url}/api/v1/write`, { ...protobuf, 'content-encoding': 'snappy' }, write)
}

test('SIGTERM while the servers start ends the process without a complaint', async (t) => {
  for (const afterMs of [150, 400, 800]) {
    const child = spawnMain(t, ['--memory'])
    const end = ended(child)
    await sleep(afterMs)
    child.kill('SIGTERM')
    const { code, signal } = await end
    // Before the handler is there, the signal itself ends the process.
    assert.ok(code === 0 || signal === 'SIGTERM', `exit ${code} after ${afterMs} ms: ${child.complaint()}`)
    assert.equal(child.complaint(), '')
  }
})
