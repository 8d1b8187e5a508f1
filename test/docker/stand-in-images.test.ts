import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GenericContainer, Wait } from 'testcontainers'
import { imageOf, skip } from './engine.ts'

/** A program that says its version loads, has its libraries, and may be executed by the user of its image. */
const PROGRAMS = [
  ['PROMETHEUS_IMAGE', ['--version'], /prometheus, version/],
  ['NODE_EXPORTER_IMAGE', ['--version'], /node_exporter, version/],
  ['LOKI_IMAGE', ['-version'], /loki, version/],
  ['K6_IMAGE', ['version'], /k6 v?\d+\./],
  ['OTELCOL_IMAGE', ['components'], /filelog|file_log/],
  ['BUSYBOX_IMAGE', ['busybox', 'wget', '--help'], /Usage: wget/],
  ['NODE_IMAGE', ['npm', '--version'], /^\d+\.\d+/],
  ['POSTGRES_IMAGE', ['postgres', '--version'], /PostgreSQL\) 18\./],
] as const

describe('images under the names of .env', { skip, timeout: 240_000 }, () => {
  for (const [pin, command, expected] of PROGRAMS) {
    test(`${pin} runs its program`, async () => {
      const output: string[] = []
      await using _container = await new GenericContainer(imageOf(pin))
        .withCommand([...command])
        .withWaitStrategy(Wait.forOneShotStartup())
        .withLogConsumer((stream) => void stream.on('data', (chunk: Buffer) => output.push(chunk.toString())))
        .start()
      while (output.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
      assert.match(output.join(''), expected)
    })
  }

  test('the database runs the scripts it is given on an empty volume, and lets in who has the password', async () => {
    await using database = await new GenericContainer(imageOf('POSTGRES_IMAGE'))
      .withEnvironment({ POSTGRES_USER: 'shop', POSTGRES_PASSWORD: 'secret', POSTGRES_DB: 'orders' })
      .withCopyContentToContainer([
        { content: 'CREATE TABLE probe AS SELECT 42 AS answer;\n', target: '/docker-entrypoint-initdb.d/probe.sql' },
      ])
      .withExposedPorts(5432)
      .withWaitStrategy(Wait.forSuccessfulCommand('pg_isready -h 127.0.0.1 -U shop -d orders'))
      .start()
    const ask = (password: string) =>
      // Not by way of 127.0.0.1, which Postgres trusts unless told otherwise.
      database.exec(['sh', '-c', 'psql -h $(hostname -i) -U shop orders -tAc "SELECT answer FROM probe"'], {
        env: { PGPASSWORD: password },
      })
    const right = await ask('secret')
    assert.equal(right.output.trim(), '42')
    const wrong = await ask('guess')
    assert.notEqual(wrong.exitCode, 0)
    assert.match(wrong.output, /password authentication failed/)
  })
})
