// The console is the one part with a build. It is built when its sources have changed since the last build.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runNpm } from './install.mjs'
import { acquireLock } from './lock.mjs'

const BUILD_TIMEOUT_MS = 5 * 60_000

/** @param {{ root: string, stateDir: string, progress: (line: string) => void }} options */
export async function ensureConsoleBuilt({ root, stateDir, progress }) {
  const consoleDir = join(root, 'console')
  const stampPath = join(stateDir, 'cache/console-build')
  const page = join(consoleDir, 'dist/index.html')
  const isBuilt = (digest) => existsSync(page) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === digest

  if (isBuilt(sourceDigest(root, consoleDir))) return
  const release = await acquireLock(join(stateDir, 'console-build.lock'), { timeoutMs: BUILD_TIMEOUT_MS })
  try {
    const digest = sourceDigest(root, consoleDir)
    if (isBuilt(digest)) return
    progress('building the console')
    const startedAt = Date.now()
    await runNpm(root, ['run', 'build', '-w', 'console', '--loglevel=error'])
    mkdirSync(join(stateDir, 'cache'), { recursive: true })
    writeFileSync(stampPath, digest)
    progress(`console built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
  } finally {
    release()
  }
}

function sourceDigest(root, consoleDir) {
  const hash = createHash('sha256')
  const inputs = [
    ...filesUnder(join(consoleDir, 'web')),
    ...readdirSync(consoleDir, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(consoleDir, entry.name)),
    join(root, 'package-lock.json'),
  ]
  for (const path of inputs.sort((a, b) => (a < b ? -1 : 1)))
    hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0')
  return hash.digest('hex')
}

function filesUnder(dir) {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules') return []
    const path = join(dir, entry.name)
    return entry.isDirectory() ? filesUnder(path) : [path]
  })
}
