import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { join } from 'node:path'
import { asArray, asText, field, parseObject } from '../lab/json.ts'
import { ROOT } from '../lab/settings.ts'
import { connectGrafana } from './grafana-api.ts'
import type { LinkResult } from './link-result.ts'
import { readProvisioning } from './provisioning.ts'
import { proveViaGrafana } from './via-grafana.ts'

type Answer = { status: number; body: unknown }
type Answers = (path: string, query: unknown) => Answer

/** Grafana's own shape of an answer: columns by name and type, values beside them. */
const frame = (name: string, type: string, values: unknown[]) => ({
  schema: {
    name,
    fields: [
      { name: 'Time', type: 'time' },
      { name: 'Value', type },
    ],
  },
  data: { values: [values.map(() => 1_700_000_000_000), values] },
})
const results = (...frames: unknown[]): Answer => ({ status: 200, body: { results: { A: { status: 200, frames } } } })
const wholesome: Answers = (path, query) => {
  if (path === '/api/health') return { status: 200, body: { version: '13.0.0' } }
  if (path === '/api/ds/query')
    return results(
      frame('', 'number', [1, 2]),
      ...(field(query, 'exemplar') === true ? [frame('exemplar', 'number', [1])] : []),
    )
  if (path.endsWith('/values')) return { status: 200, body: { data: ['checkout'] } }
  if (path.endsWith('/health')) return { status: 200, body: { status: 'OK', message: 'Data source is working' } }
  return { status: 404, body: { message: 'not found' } }
}

async function grafanaThat(t: TestContext, answers: Answers): Promise<string> {
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      const query = asArray(parseObject(text)['queries'])[0]
      const { status, body } = answers(new URL(request.url ?? '', 'http://grafana').pathname, query)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function prove(t: TestContext, answers: Answers): Promise<LinkResult[]> {
  const documented = readFileSync(join(ROOT, 'grafana/grafana.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm)
  const environment = Object.fromEntries([...documented].map(([, name = '', value = '']) => [name, value]))
  const provisioning = readProvisioning(join(ROOT, 'grafana'), environment)
  const answer = { status: 503, traceId: 'a'.repeat(32), orderId: undefined, durationMs: 1, sentAtMs: 0, body: {} }
  const range = { fromMs: 0, toMs: 1 }
  const traffic = { placed: answer, failed: answer, range, fault: range }
  const grafana = await connectGrafana(await grafanaThat(t, answers))
  return Promise.all(proveViaGrafana({ provisioning, traffic, deadlineMs: 0 }, grafana))
}

const named = (links: LinkResult[], name: string) => {
  const link = links.find((one) => one.name === name)
  assert.ok(link, `no result is named ${name}`)
  return link
}
const QUERY = 'Checkout and database: Statements, p95 (A)'

test('what Grafana answers is counted, and what it has not loaded is named', async (t) => {
  const links = await prove(t, wholesome)
  assert.deepEqual(
    new Set(
      links.filter(({ kind, verdict }) => kind === 'query in Grafana' && verdict === 'broken').map(({ name }) => name),
    ),
    new Set(),
  )
  assert.equal(named(links, QUERY).detail, '1 frames, 2 rows, 1 exemplars')
  assert.equal(named(links, 'data source loki').verdict, 'works')
  const missing = named(links, 'dashboard Shop overview')
  assert.deepEqual(
    [missing.verdict, missing.detail],
    ['broken', '/api/dashboards/uid/playground-shop answered 404: not found'],
  )
})

test("a query that fails says the data source's reason", async (t) => {
  const failing: Answers = (path, query) =>
    path === '/api/ds/query'
      ? { status: 400, body: { results: { A: { error: 'bad_data: parse error', frames: [] } } } }
      : wholesome(path, query)
  const { verdict, hop, detail } = named(await prove(t, failing), QUERY)
  assert.deepEqual([verdict, hop, detail], ['broken', 'query', 'bad_data: parse error'])
})

test('frames without a number, and a chart without its exemplars, are no answer', async (t) => {
  const empty: Answers = (path, query) =>
    path === '/api/ds/query'
      ? results(frame('', 'number', asText(field(query, 'expr')).includes('db_client_operation') ? [1] : [null, null]))
      : wholesome(path, query)
  const links = await prove(t, empty)
  assert.match(named(links, 'Host: Context switches (A)').detail, /^nothing found: rate\(node_context_switches_total/)
  assert.match(named(links, QUERY).detail, /^nothing found: exemplars of/)
})

test('variables of the dashboard are filled in before Grafana is asked, its own are left to it', async (t) => {
  const asked: string[] = []
  await prove(t, (path, query) => {
    asked.push(asText(field(query, 'expr')))
    return wholesome(path, query)
  })
  assert.ok(asked.includes('rate(node_context_switches_total{instance=~".+"}[$__rate_interval])'), asked.join('\n'))
})

test('what is no Grafana is refused by its address', async (t) => {
  const url = await grafanaThat(t, () => ({ status: 200, body: { status: 'ok' } }))
  await assert.rejects(connectGrafana(url), /\/api\/health is not Grafana's/)
  await assert.rejects(connectGrafana('http://127.0.0.1:1'), /no Grafana answers at http:\/\/127\.0\.0\.1:1/)
})
