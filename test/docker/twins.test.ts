import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ROOT } from '../../scripts/lab/settings.ts'
import { completion } from '../lab-fixture.ts'

/**
 * The embedded stores beside the real ones, which the images are made of: same data, same requests. A difference fails; one that is
 * meant is in docs/differences.md, and the twin's requests keep clear of it. Fixed seeds, because CI has to fail for what a change
 * did and not for the day's luck: `node test/twins/loki-twin.ts --seed N` looks for new ones.
 */
const TWINS = [
  { name: 'loki', variable: 'LOKI_BIN', seeds: [1, 7, 8] },
  { name: 'prometheus', variable: 'PROMETHEUS_BIN', seeds: [1, 2, 3] },
]
const CASES = 150
const SECONDS = 60
/** Starting the real server and loading both come on top. */
const TIMEOUT_MS = 150_000

for (const { name, variable, seeds } of TWINS) {
  const skip = process.env[variable] === undefined && `${variable} names no real server to compare with`
  describe(`the embedded ${name} answers as the real one does`, { skip }, () => {
    for (const seed of seeds) {
      test(`${CASES} random requests of seed ${seed}`, async () => {
        const script = join(ROOT, `test/twins/${name}-twin.ts`)
        const args = [script, '--seed', String(seed), '--cases', String(CASES), '--seconds', String(SECONDS)]
        const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
        const { exitCode, stdout, stderr } = await completion(child, TIMEOUT_MS)
        assert.equal(exitCode, 0, `${stdout}\n${stderr}`)
        assert.match(stdout, new RegExp(`seed ${seed}: `))
      })
    }
  })
}
