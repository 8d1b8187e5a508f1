// The suites of the kit, held to what the stores reached: a number that falls is a failure, one that rises is to be raised here.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { asArray, asText, field, parseObject } from '../scripts/lab/json.ts'
import { ROOT } from '../scripts/lab/settings.ts'

/** Cases passed on 2026-11-22. What a server passes that answers nothing: promqltest 236, logqltest 41, traceql 284. */
const REACHED = { loki: 212, tempo: 237, prometheus: 192, promqltest: 2185, logqltest: 1054, traceql: 463 }

/** Alone on 2 cores the slowest suite takes 10 s. */
const SUITE_TIMEOUT_MS = 180_000

const kit = resolve(ROOT, process.env['CONFORMANCE_DIR'] ?? '../shared/conformance')

for (const [name, reached] of Object.entries(REACHED)) {
  test(`${name}: no fewer cases pass than before`, (t) => {
    if (!existsSync(join(kit, 'run.mjs'))) return t.skip(`there is no conformance kit at ${kit}`)
    const args = ['scripts/conformance.ts', '--kit', kit, '--only', name, '--max-failures', '3', '--json']
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: SUITE_TIMEOUT_MS,
    })
    const [suite] = asArray(field(parseObject(stdout), 'suites'))
    assert.equal(asText(field(suite, 'name')), name, stderr.slice(-2_000))
    const passed = Number(field(suite, 'passed'))
    t.diagnostic(`${passed} passed, ${reached} before`)
    assert.ok(passed >= reached, `${passed} passed, ${reached} before:\n${stderr.slice(-2_000)}`)
  })
}
