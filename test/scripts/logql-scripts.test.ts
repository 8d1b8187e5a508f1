// Runs test/scripts/logql/*.logql; the form is described in the README there.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { startLoki } from '../../backend/src/loki/index.ts'
import { parseLabelSet } from '../../backend/src/loki/ingest/label-set.ts'
import { defaultLimits, defaultRetention } from '../../backend/src/server-options.ts'

const folder = join(import.meta.dirname, 'logql')
const baseSeconds = 1_700_000_000

interface Step {
  readonly line: number
  readonly tenant: string | undefined
  readonly command: string
  readonly argument: string
  readonly block: readonly string[]
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.logql'))) {
  test(`LogQL script ${file} gives the entries it names`, async (t) => {
    const options = { host: '127.0.0.1', port: 0, allowedHosts: [], retention: defaultRetention, limits: defaultLimits }
    const server = await startLoki(options)
    t.after(() => server.close())
    const steps = parseScript(readFileSync(join(folder, file), 'utf8'))
    assert.ok(steps.some(({ command }) => command !== 'push'))
    for (const step of steps) await run(server.url, step, `${file}:${step.line}`)
  })
}

function parseScript(text: string): Step[] {
  const steps: (Step & { block: string[] })[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    if (line.startsWith('  ')) {
      const step = steps.at(-1)
      assert.ok(step, `line ${index + 1}: an indented line needs a command before it`)
      step.block.push(line.slice(2))
      continue
    }
    const match = /^(?:tenant=(\S+) )?(push|logs|fails) (.+)$/.exec(line)
    assert.ok(match, `line ${index + 1}: expected push, logs or fails, got ${line}`)
    const [, tenant, command = '', argument = ''] = match
    steps.push({ line: index + 1, tenant, command, argument, block: [] })
  }
  return steps
}

async function run(url: string, step: Step, place: string): Promise<void> {
  if (step.command === 'push') return await push(url, step, place)
  if (step.command === 'fails') {
    const { status, text } = await query(url, step, { query: step.argument })
    assert.equal(status, 400, `${place}: ${text}`)
    assert.ok(text.includes(step.block.join('\n')), `${place}: ${text}`)
    return
  }
  const match = /^(forward|backward) limit=(\d+) (.+)$/.exec(step.argument)
  assert.ok(match, `${place}: expected a direction, limit=N and a query`)
  const [, direction = '', limit = '', logql = ''] = match
  const { status, text } = await query(url, step, { query: logql, direction, limit })
  assert.equal(status, 200, `${place}: ${text}`)
  assert.deepEqual(entriesOf(text, direction), step.block.map(normalized), place)
}

function headersOf({ tenant }: Step): Record<string, string> {
  return { 'content-type': 'application/json', ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }) }
}

async function push(url: string, step: Step, place: string): Promise<void> {
  const values = step.block.map((line) => {
    const [, second = '', text = '', metadata] = /^(\d+) (.*?)(?: ## (.*))?$/.exec(line) ?? []
    const pairs = (metadata ?? '').split(' ').filter((pair) => pair !== '')
    const named = pairs.map((pair): [string, string] => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), pair.slice(at + 1)]
    })
    return [timeOf(second), text, Object.fromEntries(named)]
  })
  const stream = Object.fromEntries(parseLabelSet(step.argument))
  const body = JSON.stringify({ streams: [{ stream, values }] })
  const response = await fetch(`${url}/loki/api/v1/push`, { method: 'POST', headers: headersOf(step), body })
  assert.equal(response.status, 204, `${place}: ${await response.text()}`)
}

function timeOf(second: string): string {
  return `${baseSeconds + Number(second)}000000000`
}

async function query(
  url: string,
  step: Step,
  params: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const range = { start: timeOf('0'), end: timeOf('3600') }
  const parameters = new URLSearchParams({ ...range, ...params }).toString()
  const response = await fetch(`${url}/loki/api/v1/query_range?${parameters}`, { headers: headersOf(step) })
  return { status: response.status, text: await response.text() }
}

interface Streams {
  readonly data: {
    readonly result: readonly {
      readonly stream: Record<string, string>
      readonly values: readonly [time: string, line: string][]
    }[]
  }
}

/** `<second> {labels} <line>`, the streams merged as a client merges them. */
function entriesOf(text: string, direction: string): string[] {
  const { data } = JSON.parse(text) as Streams
  const entries = data.result.flatMap(({ stream, values }) =>
    values.map(([time, line]) => ({
      second: Number(time.slice(0, -9)) - baseSeconds,
      labels: labelsText(stream),
      line,
    })),
  )
  const sign = direction === 'forward' ? 1 : -1
  return entries
    .toSorted((a, b) => sign * (a.second - b.second))
    .map(({ second, labels, line }) => `${second} ${labels} ${line}`)
}

function labelsText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `{${pairs.toSorted().join(', ')}}`
}

/** Labels of an expected entry in the order of `labelsText`. */
function normalized(expected: string): string {
  const match = /^(\d+) (\{.*?"\}) (.*)$/.exec(expected)
  assert.ok(match, `expected <second> {labels} <line>, got ${expected}`)
  const [, second = '', labels = '', line = ''] = match
  return `${second} ${labelsText(Object.fromEntries(parseLabelSet(labels)))} ${line}`
}
