// The suites of the kit, held to what the stores reached: a number that falls is a failure, one that rises is to be raised here.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { asArray, asText, field, parseObject } from '../scripts/lab/json.ts'
import { ROOT } from '../scripts/lab/settings.ts'

/** Cases passed on 2026-11-22. What a server passes that answers nothing: promqltest 236, logqltest 41, traceql 284. */
const REACHED = { loki: 212, tempo: 237, prometheus: 192, promqltest: 2185, logqltest: 1054, traceql: 463 }

/** Alone on 2 cores the slowest suite takes 10 s. */
const SUITE_TIMEOUT_MS = 180_000

/** The rows of the README's table: | `name` | what it is | passed | of | floor | */
const README_ROWS = readmeRows(readFileSync(join(ROOT, 'README.md'), 'utf8'))

const kit = resolve(ROOT, process.env['CONFORMANCE_DIR'] ?? '../shared/conformance')

test('the table in the README has the numbers reached', () => {
  const inReadme = Object.entries(README_ROWS).map(([name, { passed }]) => [name, passed])
  assert.deepEqual(Object.fromEntries(inReadme), REACHED)
})

test('a number that fell in the table is noticed', () => {
  assert.deepEqual(readmeRows('| `loki` | recorded answers | 211 | 212 | 0 |'), {
    loki: { passed: 211, of: 212, floor: 0 },
  })
})

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
    const of = passed + Number(field(suite, 'failed'))
    const row = README_ROWS[name]
    assert.deepEqual(
      [of, Number(field(suite, 'floor'))],
      [row?.of, row?.floor],
      'cases and floor are those of the README',
    )
    t.diagnostic(`${passed} passed, ${reached} before`)
    assert.ok(passed >= reached, `${passed} passed, ${reached} before:\n${stderr.slice(-2_000)}`)
  })
}

function readmeRows(text: string): Record<string, { passed: number; of: number; floor: number }> {
  const rows = text.matchAll(/^\| `(\w+)` \|[^|]+\| (\d+) \| (\d+) \| (\d+) \|$/gm)
  return Object.fromEntries(
    [...rows].map(([, name = '', passed, of, floor]) => [
      name,
      { passed: Number(passed), of: Number(of), floor: Number(floor) },
    ]),
  )
}
