// stores/postgres/start.sh without an engine: what the image does is played by a script of ours, the two files of the repo are real.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ROOT } from '../scripts/lab/settings.ts'

/** As the image: a folder without PG_VERSION is made and its scripts run, any other is taken for complete. */
const IMAGE = `#!/bin/sh
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  echo 18 > "$PGDATA/PG_VERSION"
  [ "\${CUT_OFF:-}" = '' ] || exit 137
  sh "$ROLES"
  echo made >> "$PGDATA/history"
fi
echo "started $*" >> "$PGDATA/history"
`

function postgres(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'playground-postgres-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const programs = join(folder, 'bin')
  const data = join(folder, 'volume/18/docker')
  mkdirSync(programs)
  writeFileSync(join(programs, 'docker-entrypoint.sh'), IMAGE, { mode: 0o755 })
  writeFileSync(join(programs, 'psql'), '#!/bin/sh\nexit "${PSQL_EXIT:-0}"\n', { mode: 0o755 })
  const start = (env: Record<string, string> = {}) =>
    spawnSync('sh', [join(ROOT, 'stores/postgres/start.sh'), 'postgres', '-cjit=off'], {
      encoding: 'utf8',
      env: {
        PATH: `${programs}:${process.env['PATH']}`,
        PGDATA: data,
        ROLES: join(ROOT, 'stores/postgres/roles.sh'),
        SHOP_PASSWORD: 'shop',
        READER_PASSWORD: 'reader',
        ...env,
      },
    })
  return { start, history: () => readFileSync(join(data, 'history'), 'utf8'), mark: `${data}.unfinished` }
}

test('a first start that ends well leaves no mark, and the next one keeps the data', (t) => {
  const { start, history, mark } = postgres(t)
  assert.equal(start().status, 0)
  assert.equal(existsSync(mark), false)
  const second = start()
  assert.equal(second.status, 0)
  assert.equal(second.stderr, '')
  assert.equal(history(), 'made\nstarted postgres -cjit=off\nstarted postgres -cjit=off\n')
})

for (const [what, env] of [
  ['while the database is made', { CUT_OFF: 'yes' }],
  ['while the roles are made', { PSQL_EXIT: '2' }],
] as const) {
  test(`a first start that is cut off ${what} is made over by the next, which says so`, (t) => {
    const { start, history, mark } = postgres(t)
    assert.notEqual(start(env).status, 0)
    assert.equal(existsSync(mark), true)
    const second = start()
    assert.equal(second.status, 0)
    assert.match(second.stderr, /the first start was cut off/)
    assert.equal(history(), 'made\nstarted postgres -cjit=off\n')
    assert.equal(existsSync(mark), false)
  })
}
