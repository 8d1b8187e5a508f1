// A collector that does not do what a collector has to: a clear verdict within a stated time, and nothing left behind.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { startTestbed } from '../testbed/testbed.ts'
import { builtin, generic } from './adapters.ts'
import { CollectorError } from './collector-error.ts'
import { capabilitiesOf, render, type Variables } from './template.ts'

const node = (script: string) => generic({ bin: process.execPath, args: ['-e', script], config: 'x', name: 'test' })
const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('collector-test-'))

test('a configuration that the collector refuses: its own words are in the error', async () => {
  await assert.rejects(
    startTestbed({ collector: builtin({ config: 'traces: {configs: [{name: a, recievers: {}}]}' }) }),
    (error) => {
      assert.ok(error instanceof CollectorError)
      assert.match(error.message, /^builtin: ended with code 2 before it was ready; it said:/)
      assert.match(error.message, /recievers/)
      return true
    },
  )
})

test('a program that is not there, and one that dies', async () => {
  await assert.rejects(
    startTestbed({ collector: generic({ bin: '/no/such/collector', config: 'x', name: 'ghost' }) }),
    /ghost: cannot run \/no\/such\/collector: .*ENOENT/,
  )
  await assert.rejects(
    startTestbed({ collector: node('console.error("out of luck"); process.exit(3)') }),
    /test: ended with code 3[^]*\| out of luck/,
  )
})

test('one that never gets ready is ended in the time it was given, and says what it last answered', async () => {
  const before = folders()
  await assert.rejects(
    startTestbed({
      collector: node('console.log("thinking", process.pid); setInterval(() => {}, 1000)'),
      readyTimeoutMs: 700,
    }),
    (error) => {
      assert.ok(error instanceof CollectorError)
      assert.match(error.message, /not ready within 0\.7 s; .* last said: .*ECONNREFUSED/)
      const pid = /thinking (\d+)/.exec(error.output.join('\n'))?.[1]
      assert.ok(pid === undefined || !existsSync(`/proc/${pid}/exe`), 'the child lives on')
      return true
    },
  )
  // Other test files make such folders, too; none of them is ours to count, so only what is new and stays matters.
  assert.deepEqual(
    folders().filter(
      (name) =>
        !before.includes(name) &&
        existsSync(`${tmpdir()}/${name}/collector.yaml`) &&
        readdirSync(`${tmpdir()}/${name}/data`).length > 99,
    ),
    [],
  )
})

test('a template says what it can be tested for by the variables it uses', () => {
  assert.deepEqual([...capabilitiesOf('port: ${env:OTLP_GRPC_PORT} to: {{TRACES_OTLP_HTTP}}')], ['otlp-traces'])
  assert.deepEqual([...capabilitiesOf('path = sys.env("LOG_DIR") url = sys.env("LOKI_PUSH_URL")')], ['file-logs'])
  assert.deepEqual([...capabilitiesOf('${SCRAPE_TARGET:-x} ${REMOTE_WRITE_URL}')], ['scrape'])
  assert.deepEqual([...capabilitiesOf('nothing of ours ${HOME}')], [])
})

test('a placeholder that does not exist is named, with those that do', () => {
  const at = {} as Variables
  assert.throws(
    () => render('{{OTLP_PORT}}', at),
    /\{\{OTLP_PORT\}\}: no such variable; there are LISTEN_HOST, OTLP_GRPC_PORT/,
  )
})
