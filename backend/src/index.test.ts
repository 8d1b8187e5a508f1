import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startBackend } from './index.ts'

test('two backends run side by side on free ports and end with their block', async () => {
  let url: string
  {
    await using first = await startBackend({ metricsGenerator: false })
    await using second = await startBackend({ metricsGenerator: false })
    const urls = [first, second].flatMap(({ lokiUrl, tempoUrl, prometheusUrl, otlpHttpUrl }) => [
      lokiUrl,
      tempoUrl,
      prometheusUrl,
      otlpHttpUrl,
    ])
    assert.equal(new Set(urls).size, 8)
    url = first.lokiUrl
    assert.equal((await fetch(`${url}/ready`)).status, 200)
  }
  await assert.rejects(fetch(`${url}/ready`))
})

test('a tenant sees its own rows only, is listed once it has some, and is gone when it is deleted', async () => {
  await using backend = await startBackend({ metricsGenerator: false })
  const base = backend.lokiUrl
  const push = async (tenant: string, line: string): Promise<void> => {
    const body = JSON.stringify({ streams: [{ stream: { job: 'tenants' }, values: [[`${Date.now()}000000`, line]] }] })
    const headers = { 'content-type': 'application/json', 'x-scope-orgid': tenant }
    assert.equal((await fetch(`${base}/loki/api/v1/push`, { method: 'POST', headers, body })).status, 204)
  }
  const linesOf = async (tenant: string): Promise<string> => {
    const answer = await fetch(`${base}/loki/api/v1/query_range?query={job="tenants"}&since=1h`, {
      headers: { 'x-scope-orgid': tenant },
    })
    return await answer.text()
  }
  const listed = async (): Promise<string[]> => {
    const { tenants } = (await (await fetch(`${base}/admin/tenants`)).json()) as { tenants: { id: string }[] }
    return tenants.map(({ id }) => id).toSorted()
  }
  await push('team-a', 'only for a')
  await push('team-b', 'only for b')
  assert.match(await linesOf('team-a'), /only for a/)
  assert.doesNotMatch(await linesOf('team-a'), /only for b/)
  assert.doesNotMatch(await linesOf('team-c'), /only for/)
  assert.deepEqual(await listed(), ['team-a', 'team-b'])
  assert.equal((await fetch(`${base}/admin/tenants/team-a`, { method: 'DELETE' })).status, 204)
  assert.doesNotMatch(await linesOf('team-a'), /only for/)
  assert.match(await linesOf('team-b'), /only for b/)
  assert.deepEqual(await listed(), ['team-b'])
})

test('when one server cannot start, those that have started are stopped again', async () => {
  await using holder = await startBackend({ metricsGenerator: false })
  const taken = Number(new URL(holder.tempoUrl).port)
  await assert.rejects(
    startBackend({ ports: { tempo: taken }, metricsGenerator: false }),
    new RegExp(`port ${taken} .* TEMPO_PORT moves it`),
  )
})
