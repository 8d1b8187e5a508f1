// Runs promql/*.test against our Prometheus over HTTP, each on a store of its own.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  encodeWriteV1,
  encodeWriteV2,
  WRITE_V1_CONTENT_TYPE,
  WRITE_V2_CONTENT_TYPE,
} from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'
import { startPrometheus } from '../../backend/src/prometheus/index.ts'
import { defaultLimits, defaultRetention } from '../../backend/src/server-options.ts'
import { field } from '../../scripts/lab/json.ts'
import { parseScript, type ScriptStep } from './promql-script.ts'

const FOLDER = join(import.meta.dirname, 'promql')

for (const file of globSync('*.test', { cwd: FOLDER }).toSorted()) {
  test(`${file} holds`, async (t) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'promql-script-'))
    t.after(() => rm(dataDir, { recursive: true, force: true }))
    await runScript(readFileSync(join(FOLDER, file), 'utf8'), dataDir)
  })
}

test('a script that expects what is not so fails, and says on which line', async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'promql-script-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const script = 'load 1m\n  up{job="a"} 1\neval instant at 0m up\n  up{job="a"} 2\n'
  await assert.rejects(runScript(script, dataDir), /line 3: up/)
})

async function runScript(text: string, dataDir: string): Promise<void> {
  const start = () =>
    startPrometheus({
      host: '127.0.0.1',
      port: 0,
      allowedHosts: [],
      dataDir,
      limits: defaultLimits,
      retention: defaultRetention,
    })
  let server = await start()
  let tenant = 'anonymous'
  let version: 1 | 2 = 1
  try {
    for (const step of parseScript(text)) {
      if (step.kind === 'tenant') tenant = step.name
      else if (step.kind === 'write') version = step.version
      else if (step.kind === 'load') await load(server.url, tenant, version, step)
      else if (step.kind === 'eval') await evaluate(server.url, tenant, step)
      else {
        await server.close()
        server = await start()
      }
    }
  } finally {
    await server.close()
  }
}

async function load(url: string, tenant: string, version: 1 | 2, step: ScriptStep & { kind: 'load' }): Promise<void> {
  const request = { series: step.series, metadata: [] }
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    body: Buffer.from(snappyEncode(version === 1 ? encodeWriteV1(request) : encodeWriteV2(request))),
    headers: {
      'content-type': version === 1 ? WRITE_V1_CONTENT_TYPE : WRITE_V2_CONTENT_TYPE,
      'content-encoding': 'snappy',
      'x-scope-orgid': tenant,
    },
  })
  assert.equal(response.status, 204, `line ${step.line}: ${await response.text()}`)
}

async function evaluate(url: string, tenant: string, step: ScriptStep & { kind: 'eval' }): Promise<void> {
  const params = new URLSearchParams({ query: step.query, time: String(step.atMs / 1000) })
  const response = await fetch(`${url}/api/v1/query?${params.toString()}`, { headers: { 'x-scope-orgid': tenant } })
  const result = field(field(await response.json(), 'data'), 'result')
  assert.ok(Array.isArray(result), `line ${step.line}: status ${response.status}`)
  const found = result.map((one: unknown) => `${key(field(one, 'metric'))} ${Number(field(field(one, 'value'), '1'))}`)
  const expected = step.expected.map(({ labels, value }) => `${key(labels)} ${value}`)
  assert.deepEqual(found.toSorted(), expected.toSorted(), `line ${step.line}: ${step.query}`)
}

function key(labels: unknown): string {
  return JSON.stringify(Object.entries(labels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
