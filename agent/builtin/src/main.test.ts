// The agent as a process, against peers on the wire: the article's file, the lab's file, kills, and the books under failing backends.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import * as grpc from '@grpc/grpc-js'
import { AgentProcess, isBalanced } from '../test/agent-process.ts'
import { FakeLoki, FakePrometheus, FakeTempo } from '../test/fake-backend.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { until } from '../test/until.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const ARTICLE = join(import.meta.dirname, '../test/fixtures/article-grafana-agent.yaml')
const LAB = join(import.meta.dirname, '../../grafana-agent.yaml')

interface Peers extends AsyncDisposable {
  readonly loki: FakeLoki
  readonly prometheus: FakePrometheus
  readonly tempo: FakeTempo
  readonly folder: string
  /** What the lab's file refers to, with every port free. */
  readonly labEnv: Record<string, string>
}

async function peers(): Promise<Peers> {
  const folder = temporaryFolder()
  const [loki, prometheus, tempo] = [new FakeLoki(), new FakePrometheus(), new FakeTempo()]
  await Promise.all([loki.listen(), prometheus.listen(), tempo.listen()])
  mkdirSync(join(folder.path, 'logs'))
  // Port 1 is free of listeners: those scrapes fail, which is no fault of the agent.
  const unused = [
    'GATEWAY_OPS',
    'CHECKOUT_OPS',
    'INVENTORY_OPS',
    'PAYMENT_OPS',
    'NODE_EXPORTER',
    'LOKI',
    'TEMPO',
    'PROMETHEUS',
    'AGENT',
  ]
  return {
    loki,
    prometheus,
    tempo,
    folder: folder.path,
    labEnv: {
      ...Object.fromEntries(unused.map((name) => [`${name}_ADDRESS`, '127.0.0.1:1'])),
      LOKI_URL: `http://127.0.0.1:${loki.port}`,
      PROMETHEUS_URL: `http://127.0.0.1:${prometheus.port}`,
      TEMPO_OTLP_ENDPOINT: `127.0.0.1:${tempo.port}`,
      AGENT_OTLP_GRPC_ENDPOINT: '127.0.0.1:0',
      AGENT_OTLP_HTTP_ENDPOINT: '127.0.0.1:0',
      LOG_DIR: join(folder.path, 'logs'),
      AGENT_DATA_DIR: join(folder.path, 'agent'),
    },
    async [Symbol.asyncDispose]() {
      tempo[Symbol.dispose]()
      await Promise.all([loki[Symbol.asyncDispose](), prometheus[Symbol.asyncDispose]()])
      folder[Symbol.dispose]()
    },
  }
}

async function freePort(): Promise<number> {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const { port } = holder.address() as AddressInfo
  await new Promise((resolve) => holder.close(resolve))
  return port
}

const newTraceId = (): string => randomBytes(16).toString('hex')

async function sendSpan(agent: AgentProcess, traceId: string): Promise<number> {
  const { receivers } = await agent.status()
  const body = {
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              { traceId, spanId: '00f067aa0ba902b7', name: 'checkout', startTimeUnixNano: '1', endTimeUnixNano: '2' },
            ],
          },
        ],
      },
    ],
  }
  const response = await fetch(`http://${receivers[1]}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  await response.arrayBuffer()
  return response.status
}

const logLine = (traceId: string, seq = 0): string =>
  `${JSON.stringify({ timestamp: new Date(1_757_412_000_000 + seq).toISOString(), level: 'info', message: 'User checkout process started', trace_id: traceId, span_id: '00f067aa0ba902b7', service: 'checkout', seq })}\n`

describe("the article's file", () => {
  test('runs: node metrics stay in the WAL, the line reaches Loki as fastapi-app, the span reaches Tempo', async (t) => {
    await using p = await peers()
    const exporter = http.createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/plain' }).end('node_load1 0.5\n'),
    )
    await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve))
    t.after(() => exporter.close())
    await using agent = await AgentProcess.start(ARTICLE, {
      DIR: p.folder,
      LOKI: `127.0.0.1:${p.loki.port}`,
      TEMPO: `127.0.0.1:${p.tempo.port}`,
      NODE_EXPORTER: `127.0.0.1:${(exporter.address() as AddressInfo).port}`,
    })
    const traceId = newTraceId()
    appendFileSync(join(p.folder, 'app.log'), logLine(traceId))
    assert.equal(await sendSpan(agent, traceId), 200)
    const [line] = await until(
      () => p.loki.lines,
      (lines) => lines.length === 1,
    )
    assert.equal(line?.labels, `{filename="${p.folder}/app.log", job="fastapi-app"}`)
    assert.match(line?.line ?? '', new RegExp(traceId))
    await until(
      () => p.tempo.spans.map((span) => span.traceId),
      (ids) => ids.includes(traceId),
    )
    const metrics = await until(
      () => agent.totals('metrics'),
      (seen) => seen.queued > 0,
    )
    assert.deepEqual([metrics.received, metrics.sent], [metrics.queued, 0])
    assert.match(readFileSync(join(p.folder, 'positions.yaml'), 'utf8'), /app\.log: "\d+"/)
  })
})

describe("the lab's file", () => {
  test('one checkout is found by its trace id in all three signals, under the same service name', async (t) => {
    await using p = await peers()
    const traceId = newTraceId()
    const ops = http.createServer((_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' })
        .end(
          `# TYPE http_server_request_duration_seconds histogram\nhttp_server_request_duration_seconds_bucket{le="+Inf"} 1 # {trace_id="${traceId}"} 0.1\nhttp_server_request_duration_seconds_sum 0.1\nhttp_server_request_duration_seconds_count 1\n# EOF\n`,
        ),
    )
    await new Promise<void>((resolve) => ops.listen(0, '127.0.0.1', resolve))
    t.after(() => ops.close())
    await using agent = await AgentProcess.start(LAB, {
      ...p.labEnv,
      CHECKOUT_OPS_ADDRESS: `127.0.0.1:${(ops.address() as AddressInfo).port}`,
    })
    appendFileSync(join(p.folder, 'logs/checkout.log'), logLine(traceId))
    await sendSpan(agent, traceId)
    const [line] = await until(
      () => p.loki.lines,
      (lines) => lines.length === 1,
    )
    assert.equal(
      line?.labels,
      '{deployment_environment="lab", job="playground", level="info", service_name="checkout"}',
    )
    assert.deepEqual(line?.metadata, [
      ['trace_id', traceId],
      ['span_id', '00f067aa0ba902b7'],
    ])
    assert.equal(line?.timestampUnixNano, 1_757_412_000_000_000_000n)
    await until(
      () => p.tempo.spans.map((span) => span.traceId),
      (ids) => ids.includes(traceId),
    )
    const [bucket] = await until(
      () => p.prometheus.named('http_server_request_duration_seconds_bucket'),
      (seen) => seen.length > 0,
    )
    const labels = Object.fromEntries(bucket?.labels ?? [])
    assert.deepEqual([labels['job'], labels['service_name']], ['playground', 'checkout'])
    assert.deepEqual(bucket?.exemplars[0]?.labels, [['trace_id', traceId]])
  })

  test('OTLP by gRPC is taken by a real client', async () => {
    await using p = await peers()
    await using agent = await AgentProcess.start(LAB, p.labEnv)
    const { receivers } = await agent.status()
    const client = new grpc.Client(receivers[0] ?? '', grpc.credentials.createInsecure())
    const span = Buffer.concat([Buffer.from([0x0a, 16]), randomBytes(16), Buffer.from([0x12, 8]), randomBytes(8)])
    const nest = (field: number, inner: Buffer): Buffer =>
      Buffer.concat([Buffer.from([(field << 3) | 2, inner.length]), inner])
    const body = nest(1, nest(2, nest(2, span)))
    const error = await new Promise<grpc.ServiceError | null>((resolve) => {
      client.makeUnaryRequest(
        '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        (value: Buffer) => value,
        (value: Buffer) => value,
        body,
        (failure) => resolve(failure),
      )
    })
    client.close()
    assert.equal(error, null)
    await until(
      () => p.tempo.spans.length,
      (n) => n === 1,
    )
  })
})

describe('the books', () => {
  test('received = sent + dropped + queued at every look, while the backends fail in every way; at the end all is accounted for', async () => {
    await using p = await peers()
    let seed = 7
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31
    const flaky = (): ReturnType<typeof p.loki.answer> => {
      const roll = random()
      if (roll < 0.4) return { status: 204 }
      if (roll < 0.55) return { status: 503 }
      if (roll < 0.65) return { status: 429 }
      if (roll < 0.75) return { status: 400 }
      return roll < 0.9 ? 'reset' : 'accept-then-reset'
    }
    p.loki.answer = flaky
    p.prometheus.answer = flaky
    p.tempo.answer = () =>
      random() < 0.5
        ? new Uint8Array()
        : { code: random() < 0.7 ? grpc.status.UNAVAILABLE : grpc.status.INVALID_ARGUMENT, details: 'flaky' }
    await using agent = await AgentProcess.start(LAB, p.labEnv)
    let accepted = 0
    let written = 0
    for (let round = 0; round < 60; round++) {
      const traceId = newTraceId()
      if ((await sendSpan(agent, traceId)) === 200) accepted++
      appendFileSync(join(p.folder, 'logs/checkout.log'), logLine(traceId, round))
      written++
      const { signals } = await agent.status()
      for (const totals of signals) assert.ok(isBalanced(totals), JSON.stringify(totals))
      await sleep(20)
    }
    p.loki.answer = () => ({ status: 204 })
    p.tempo.answer = () => new Uint8Array()
    const traces = await until(
      () => agent.totals('traces'),
      (seen) => seen.queued === 0 && seen.received === accepted,
      10_000,
    )
    const logs = await until(
      () => agent.totals('logs'),
      (seen) => seen.queued === 0 && seen.received === written,
      10_000,
    )
    assert.ok(isBalanced(traces) && isBalanced(logs))
    assert.equal(new Set(p.tempo.spans.map((span) => span.traceId)).size, traces.sent)
    // "accept-then-reset" makes the agent send again what Loki has: at least what it counts as sent is there.
    assert.ok(new Set(p.loki.texts).size >= logs.sent)
    const text = await (await fetch(`${agent.url}/metrics`)).text()
    assert.match(
      text,
      new RegExp(`playground_agent_items_total\\{signal="logs",.*outcome="sent",reason=""\\} ${logs.sent}\\n`),
    )
  })

  test('the balance check can fail', () => {
    const totals = {
      signal: 'logs',
      destination: 'd',
      received: 3,
      sent: 1,
      dropped: { http_400: 1 },
      queued: 0,
    } as const
    assert.equal(isBalanced(totals), false)
    assert.equal(isBalanced({ ...totals, queued: 1 }), true)
  })
})

describe('ends', () => {
  test('kill -9 while the backends are away loses no accepted span and no line, and sends nothing of the whole file again', async () => {
    await using p = await peers()
    const ids = Array.from({ length: 20 }, newTraceId)
    const file = join(p.folder, 'logs/checkout.log')
    {
      await using agent = await AgentProcess.start(LAB, p.labEnv)
      for (const [i, id] of ids.slice(0, 10).entries()) {
        assert.equal(await sendSpan(agent, id), 200)
        appendFileSync(file, logLine(id, i))
      }
      await until(
        () => p.loki.texts.length,
        (n) => n === 10,
      )
      await until(
        () => p.tempo.spans.length,
        (n) => n === 10,
      )
      const delivered = String(readFileSync(file).length)
      await until(
        () => readFileSync(join(p.folder, 'agent/positions.yaml'), 'utf8'),
        (text) => text.includes(`"${delivered}"`),
      )
      p.loki.answer = () => 'hang'
      p.tempo.answer = () => ({ code: grpc.status.UNAVAILABLE, details: 'down' })
      for (const [i, id] of ids.slice(10).entries()) {
        assert.equal(await sendSpan(agent, id), 200)
        appendFileSync(file, logLine(id, 10 + i))
      }
      await until(
        () => agent.totals('logs'),
        (seen) => seen.received === 20,
      )
      await agent.kill('SIGKILL')
    }
    p.loki.answer = () => ({ status: 204 })
    p.tempo.answer = () => new Uint8Array()
    await using again = await AgentProcess.start(LAB, p.labEnv)
    await until(
      () => p.tempo.spans.length,
      (n) => n >= 20,
    )
    await until(
      () => p.loki.texts.length,
      (n) => n >= 20,
    )
    await sleep(300)
    assert.deepEqual(new Set(p.tempo.spans.map((span) => span.traceId)), new Set(ids))
    assert.equal(p.loki.texts.length, 20)
    assert.ok(isBalanced(await again.totals('traces')))
  })

  test('SIGTERM drains what is on its way and exits 0 well within its bound', async () => {
    await using p = await peers()
    await using agent = await AgentProcess.start(LAB, p.labEnv)
    const id = newTraceId()
    await sendSpan(agent, id)
    appendFileSync(join(p.folder, 'logs/checkout.log'), logLine(id))
    const { code, tookMs } = await agent.kill('SIGTERM')
    assert.equal(code, 0)
    // The drain may take 5 s; with every backend answering it takes some 20 ms on an idle machine.
    assert.ok(tookMs < 6000, `took ${tookMs} ms`)
    assert.deepEqual([p.tempo.spans.length, p.loki.texts.length], [1, 1])
  })

  test('SIGTERM with every backend away ends within the bound, and the next start delivers', async () => {
    await using p = await peers()
    p.loki.answer = () => 'hang'
    p.prometheus.answer = () => 'hang'
    p.tempo.answer = () => ({ code: grpc.status.UNAVAILABLE, details: 'down' })
    const id = newTraceId()
    {
      await using agent = await AgentProcess.start(LAB, p.labEnv, ['-server.graceful-shutdown-timeout=700ms'])
      await sendSpan(agent, id)
      appendFileSync(join(p.folder, 'logs/checkout.log'), logLine(id))
      await until(
        () => agent.totals('logs'),
        (seen) => seen.received === 1,
      )
      const { code, tookMs } = await agent.kill('SIGTERM')
      assert.equal(code, 0)
      assert.ok(tookMs < 5000, `took ${tookMs} ms`)
      assert.match(agent.log, /kept for the next start/)
    }
    p.loki.answer = () => ({ status: 204 })
    p.tempo.answer = () => new Uint8Array()
    await using _again = await AgentProcess.start(LAB, p.labEnv)
    await until(
      () => p.tempo.spans.length,
      (n) => n === 1,
    )
    await until(
      () => p.loki.texts.length,
      (n) => n === 1,
    )
  })
})

describe('the page', () => {
  test('ready, healthy, status, targets; a foreign host or origin is refused', async () => {
    await using p = await peers()
    await using agent = await AgentProcess.start(LAB, p.labEnv)
    assert.equal((await fetch(`${agent.url}/-/ready`)).status, 200)
    assert.equal((await fetch(`${agent.url}/-/healthy`)).status, 200)
    assert.equal((await fetch(`${agent.url}/nope`)).status, 404)
    assert.equal((await fetch(`${agent.url}/metrics`, { method: 'POST' })).status, 405)
    assert.equal((await fetch(`${agent.url}/metrics`, { headers: { origin: 'https://evil.example' } })).status, 403)
    const targets = (await (await fetch(`${agent.url}/agent/api/v1/metrics/targets`)).json()) as { data: unknown[] }
    assert.equal(targets.data.length, 9)
  })
})

describe("the agent's own log", () => {
  const agentYaml = (lokiPort: number): string =>
    `logs: {configs: [{name: l, positions: {filename: '\${DIR}/positions.yaml'}, clients: [{url: 'http://127.0.0.1:${lokiPort}/loki/api/v1/push', backoff_config: {min_period: 20ms, max_period: 50ms}}], scrape_configs: [{job_name: j, static_configs: [{targets: [localhost], labels: {__path__: '\${DIR}/*.log'}}]}]}]}\n`

  test('goes on without a reader: the agent works, and stops cleanly', async () => {
    await using p = await peers()
    const file = join(p.folder, 'agent.yaml')
    writeFileSync(file, agentYaml(p.loki.port))
    await using agent = await AgentProcess.start(file, { DIR: p.folder })
    agent.stopReadingLog()
    appendFileSync(join(p.folder, 'app.log'), 'a line\n')
    await until(
      () => p.loki.lines,
      (lines) => lines.length === 1,
    )
    assert.equal((await agent.kill('SIGTERM')).code, 0)
  })

  test('goes missing while its disk is full, is counted, and says how much went missing once there is space', async () => {
    await using p = await peers()
    const file = join(p.folder, 'agent.yaml')
    const log = join(p.folder, 'agent.stderr')
    // Port 1 has no listener: each try of the log line that waits there is worth a line of the agent's.
    writeFileSync(file, agentYaml(1))
    // A file that may grow to 64 KiB, of which 200 bytes are left, is a full disk for one file (EFBIG in place of ENOSPC).
    writeFileSync(log, '')
    truncateSync(log, 64 * 1024 - 200)
    const port = await freePort()
    const agent = spawn(
      'sh',
      [
        '-c',
        // POSIX: `ulimit -f` counts blocks of 512 bytes; bash does so only as a POSIX shell, and sh is one.
        'ulimit -f 128 && exec "$0" "$@" 2>>"$LOG"',
        process.execPath,
        MAIN,
        `-config.file=${file}`,
        '-config.expand-env',
        `-server.http.address=127.0.0.1:${port}`,
        '-server.graceful-shutdown-timeout=100ms',
      ],
      { env: { DIR: p.folder, LOG: log }, stdio: 'ignore' },
    )
    const exited = once(agent, 'exit')
    try {
      appendFileSync(join(p.folder, 'app.log'), 'a line\n')
      const dropped = await until(
        async () => {
          if (agent.exitCode !== null) throw new Error(`the agent ended with ${agent.exitCode}`)
          const page = await fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text(), String)
          return Number(/^playground_agent_dropped_log_lines_total (\d+)$/m.exec(page)?.[1] ?? 0)
        },
        (lines) => lines > 0,
        20_000,
      )
      truncateSync(log, 0)
      agent.kill('SIGTERM')
      assert.deepEqual(await exited, [0, null])
      const written = readFileSync(log, 'utf8')
      const lost = /^ts=\S+ level=warn msg="log lines were lost: [^"]*" lines=(\d+)$/m.exec(written)?.[1]
      assert.ok(Number(lost) >= dropped, written)
      assert.match(written, /^ts=\S+ level=info msg="stopping; .*\n[^]*msg=stopped\n$/m)
    } finally {
      agent.kill('SIGKILL')
    }
  })
})

describe('the command line', () => {
  const run = (...args: string[]): { code: number | null; out: string; err: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      encoding: 'utf8',
      timeout: 10_000,
    })
    return { code: status, out: stdout, err: stderr }
  }

  test('-help names every flag, exit 0', () => {
    const { code, out } = run('-help')
    assert.equal(code, 0)
    assert.match(out, /-config\.file/)
    assert.match(out, /-config\.expand-env/)
  })

  test('an unknown flag and a missing file are faults, exit 2', () => {
    assert.deepEqual(run('-config.fiel=x'), {
      code: 2,
      out: '',
      err: '-config.fiel: unknown flag; did you mean -config.file? (see -help)\n',
    })
    const missing = run('-config.file=/nowhere.yaml')
    assert.equal(missing.code, 2)
    assert.match(missing.err, /cannot read \/nowhere\.yaml/)
  })

  test('a faulty file prints every fault, exit 2; -config.check says when it is good', () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'agent.yaml')
    writeFileSync(file, 'metrics: {confgs: []}\nlogs: {global: 7}\n')
    const { code, err } = run(`-config.file=${file}`)
    assert.equal(code, 2)
    assert.match(
      err,
      /:1:11: metrics\.confgs: unknown key; did you mean "configs"\?[^]*:2:16: logs\.global: expected a mapping/,
    )
    assert.equal(run(`-config.file=${LAB}`, '-config.expand-env', '-config.check').code, 0)
  })

  test('a taken port names the port and the setting that moves it, exit 1', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const { port } = holder.address() as AddressInfo
    using folder = temporaryFolder()
    const file = join(folder.path, 'agent.yaml')
    writeFileSync(
      file,
      `traces: {configs: [{name: t, receivers: {otlp: {protocols: {http: {endpoint: '127.0.0.1:${port}'}}}}, remote_write: [{endpoint: '127.0.0.1:1', insecure: true}]}]}\n`,
    )
    const { code, err } = run(
      `-config.file=${file}`,
      '-server.http.address=127.0.0.1:0',
      `-storage.path=${folder.path}/q`,
      `-metrics.wal-directory=${folder.path}/w`,
    )
    holder.close()
    assert.equal(code, 1)
    assert.match(
      err,
      new RegExp(
        `cannot listen on 127\\.0\\.0\\.1:${port}, which is taken; traces\\.configs\\[t\\]\\.receivers\\.otlp\\.protocols\\.http\\.endpoint moves it`,
      ),
    )
  })
})
