import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAgentConfig } from '../config/agent-config.ts'
import { FileProgress } from './file-progress.ts'
import type { LogEntry } from './log-entry.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'

interface Run {
  readonly pipeline: Pipeline
  readonly kept: LogEntry[]
  readonly dropped: string[]
  push(line: string, labels?: Record<string, string>): void
}

function build(stages: string): Run {
  const { config } = readAgentConfig(
    `logs: {positions_directory: /p, configs: [{name: a, scrape_configs: [{job_name: j, pipeline_stages: [${stages}], static_configs: [{labels: {__path__: /x}}]}]}]}`,
    'agent.yaml',
  )
  const kept: LogEntry[] = []
  const dropped: string[] = []
  const pipeline = createPipeline(config.logs?.configs[0]?.scrape_configs[0]?.pipeline_stages ?? [], {
    kept: (entry) => kept.push(entry),
    dropped: (_, reason) => dropped.push(reason),
  })
  let offset = 0
  return {
    pipeline,
    kept,
    dropped,
    push(line, labels = { job: 'j' }) {
      pipeline.push({
        labels: new Map(Object.entries(labels)),
        extracted: new Map(),
        line,
        timestampUnixNano: 1_000_000_000n,
        metadata: [],
        origins: [{ progress: new FileProgress(0), startOffset: offset++ }],
      })
    },
  }
}

const LAB_STAGES = `
  {json: {expressions: {timestamp: , level: , service: , trace_id: , span_id: }}},
  {timestamp: {source: timestamp, format: RFC3339Nano}},
  {labels: {level: , service_name: service}},
  {structured_metadata: {trace_id: , span_id: }}`

describe('the stages of the lab', () => {
  test('a line of the shop becomes labels, time and structured metadata, and stays as it was', () => {
    const run = build(LAB_STAGES)
    const line =
      '{"timestamp":"2025-09-09T10:00:00.123456789Z","level":"info","message":"User checkout process started","trace_id":"a1b2","span_id":"c3","service":"checkout"}'
    run.push(line)
    const [entry] = run.kept
    assert.equal(entry?.line, line)
    assert.deepEqual(Object.fromEntries(entry?.labels ?? []), { job: 'j', level: 'info', service_name: 'checkout' })
    assert.deepEqual(entry?.metadata, [
      ['trace_id', 'a1b2'],
      ['span_id', 'c3'],
    ])
    assert.equal(entry?.timestampUnixNano, 1_757_412_000_123_456_789n)
  })

  test('a line that is no JSON passes as it is', () => {
    const run = build(LAB_STAGES)
    run.push('panic: out of memory')
    assert.equal(run.kept[0]?.line, 'panic: out of memory')
    assert.deepEqual(Object.fromEntries(run.kept[0]?.labels ?? []), { job: 'j' })
  })
})

describe('single stages', () => {
  test('json: nested paths, indices, drop_malformed', () => {
    const run = build(
      '{json: {expressions: {u: "req.user", second: "list[1]", last: "list[-1]", q: "\\"a.b\\""}, drop_malformed: true}}, {labels: {u: , second: , last: , q: }}',
    )
    run.push('{"req":{"user":"ann"},"list":[1,2,3],"a.b":true}')
    run.push('not json')
    assert.deepEqual(Object.fromEntries(run.kept[0]?.labels ?? []), {
      job: 'j',
      u: 'ann',
      second: '2',
      last: '3',
      q: 'true',
    })
    assert.deepEqual(run.dropped, ['malformed_json'])
  })

  test('regex takes named groups, output replaces the line', () => {
    const run = build(
      '{regex: {expression: "^(?P<level>\\\\w+) (?P<msg>.*)$"}}, {labels: {level: }}, {output: {source: msg}}',
    )
    run.push('WARN disk is full')
    assert.equal(run.kept[0]?.line, 'disk is full')
    assert.equal(run.kept[0]?.labels.get('level'), 'WARN')
  })

  test('timestamp: Go layouts, Unix forms, fallbacks, a zone', () => {
    const at = (stage: string, value: string): bigint | undefined => {
      const run = build(`{json: {expressions: {t: }}}, {timestamp: {source: t, ${stage}}}`)
      run.push(JSON.stringify({ t: value }))
      return run.kept[0]?.timestampUnixNano
    }
    assert.equal(at('format: "2006-01-02 15:04:05.000"', '2025-09-09 10:00:00.250'), 1_757_412_000_250_000_000n)
    assert.equal(
      at('format: "2006-01-02 15:04:05", location: Asia/Taipei', '2025-09-09 18:00:00'),
      1_757_412_000_000_000_000n,
    )
    assert.equal(at('format: UnixMs', '1757412000123'), 1_757_412_000_123_000_000n)
    assert.equal(at('format: Unix', '1757412000.5'), 1_757_412_000_500_000_000n)
    assert.equal(at('format: UnixMs, fallback_formats: [RFC3339]', '2025-09-09T10:00:00Z'), 1_757_412_000_000_000_000n)
    assert.equal(at('format: RFC3339', '2025-09-09T12:00:00+02:00'), 1_757_412_000_000_000_000n)
    assert.equal(at('format: "02/Jan/2006:15:04:05 -0700"', '09/Sep/2025:10:00:00 +0000'), 1_757_412_000_000_000_000n)
  })

  test('an impossible date leaves the time of reading; fudge continues from the last good one', () => {
    const run = build('{json: {expressions: {t: }}}, {timestamp: {source: t, format: RFC3339}}')
    run.push('{"t":"2025-02-31T10:00:00Z"}')
    run.push('{"t":"2025-09-09T10:00:00Z"}')
    run.push('{"t":"nonsense"}')
    assert.deepEqual(
      run.kept.map((entry) => entry.timestampUnixNano),
      [1_000_000_000n, 1_757_412_000_000_000_000n, 1_757_412_000_000_000_001n],
    )
  })

  test('static_labels, labeldrop, labelallow, logfmt', () => {
    const run = build(
      '{static_labels: {env: lab, x: y}}, {labeldrop: [x]}, {logfmt: {mapping: {lvl: level}}}, {labels: {lvl: }}, {labelallow: [env, lvl]}',
    )
    run.push('level=error msg="no \\"room\\""')
    assert.deepEqual(Object.fromEntries(run.kept[0]?.labels ?? []), { env: 'lab', lvl: 'error' })
  })

  test('drop: all conditions must hold', () => {
    const run = build('{drop: {expression: "health", longer_than: 12, drop_counter_reason: noise}}')
    run.push('GET /health 200')
    run.push('health')
    assert.deepEqual(run.dropped, ['noise'])
    assert.deepEqual(
      run.kept.map((entry) => entry.line),
      ['health'],
    )
  })

  test('match: nested stages for selected lines only; action drop', () => {
    const run = build(
      `{match: {selector: '{job="j"} |= "keep"', stages: [{static_labels: {hit: yes}}]}}, {match: {selector: '{job=~".+"} |~ "^drop"', action: drop, drop_counter_reason: m}}`,
    )
    run.push('keep this')
    run.push('other')
    run.push('drop this')
    assert.deepEqual(
      run.kept.map((entry) => entry.labels.get('hit')),
      ['yes', undefined],
    )
    assert.deepEqual(run.dropped, ['m'])
  })

  test('docker and cri unwrap the line; partial cri lines are joined', () => {
    const docker = build('{docker: {}}')
    docker.push('{"log":"hello\\n","stream":"stderr","time":"2025-09-09T10:00:00.000000001Z"}')
    assert.equal(docker.kept[0]?.line, 'hello')
    assert.equal(docker.kept[0]?.timestampUnixNano, 1_757_412_000_000_000_001n)
    const cri = build('{cri: {}}')
    cri.push('2025-09-09T10:00:00Z stdout P one ')
    cri.push('2025-09-09T10:00:00Z stderr F other')
    cri.push('2025-09-09T10:00:01Z stdout F two')
    assert.deepEqual(
      cri.kept.map((entry) => [entry.labels.get('stream'), entry.line, entry.origins.length]),
      [
        ['stderr', 'other', 1],
        ['stdout', 'one two', 2],
      ],
    )
  })
})

describe('multiline', () => {
  test('joins up to the next first line, and lets go after max_wait_time', async () => {
    const run = build('{multiline: {firstline: "^\\\\d", max_wait_time: 50ms}}, {labels: {}}')
    run.push('1 first')
    run.push('  at a')
    run.push('2 second')
    assert.deepEqual(
      run.kept.map((entry) => entry.line),
      ['1 first\n  at a'],
    )
    assert.equal(run.kept[0]?.origins.length, 2)
    await sleep(120)
    assert.deepEqual(
      run.kept.map((entry) => entry.line),
      ['1 first\n  at a', '2 second'],
    )
  })

  test('flush lets go at once', () => {
    const run = build('{multiline: {firstline: "^\\\\d"}}')
    run.push('1 x')
    run.pipeline.flush()
    assert.equal(run.kept.length, 1)
  })
})
