// Brings node_modules in line with package-lock.json, and does nothing when it already is.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { acquireLock } from './lock.mjs'

// The install took 25 s with a warm cache and 2 cores; a slow line to the registry may need many times that.
const INSTALL_TIMEOUT_MS = 15 * 60_000

/** @param {{ root: string, stateDir: string, progress: (line: string) => void }} options */
export async function ensureInstalled({ root, stateDir, progress }) {
  if (isInstalled(root)) return
  const release = await acquireLock(join(stateDir, 'install.lock'), {
    timeoutMs: INSTALL_TIMEOUT_MS,
    onWait: (pid) => progress(`waiting for the install that process ${pid} is doing`),
  })
  try {
    if (isInstalled(root)) return
    const why = existsSync(join(root, 'node_modules')) ? 'package-lock.json has changed' : 'first start in this folder'
    progress(`installing dependencies with npm (${why})`)
    const startedAt = Date.now()
    // Not `npm ci`: it refuses a lockfile that lacks the binaries of other platforms, which npm cannot write where the
    // registry has only this platform's (a mirror, for one). --no-save installs the locked versions and leaves the lockfile alone.
    await runNpm(root, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'])
    writeStamp(root)
    progress(`dependencies installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
  } finally {
    release()
  }
}

export function isInstalled(root) {
  const stamp = readText(stampPath(root))
  if (stamp !== undefined && stamp === lockfileDigest(root)) return true
  if (!matchesLockfile(root)) return false
  // Somebody ran npm themselves: remember the comparison, it costs 20 ms.
  writeStamp(root)
  return true
}

/**
 * npm keeps what it really installed in node_modules/.package-lock.json. Packages that npm leaves out on this
 * platform are optional in the lockfile, so they may be missing; nothing else may, and no version may differ.
 */
function matchesLockfile(root) {
  const wanted = readText(join(root, 'package-lock.json'))
  const present = readText(join(root, 'node_modules/.package-lock.json'))
  if (wanted === undefined || present === undefined) return false
  const installed = JSON.parse(present).packages
  return Object.entries(JSON.parse(wanted).packages).every(([path, entry]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true
    if (installed[path] === undefined) return entry.optional === true
    return entry.link === true || installed[path].version === entry.version
  })
}

const stampPath = (root) => join(root, 'node_modules/.playground-install')

function writeStamp(root) {
  writeFileSync(stampPath(root), lockfileDigest(root))
}

function lockfileDigest(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Runs npm quietly; what it printed becomes part of the error when it fails. */
export function runNpm(root, args) {
  // npm hands its own path to the scripts it runs; without it (bare `node scripts/playground.mjs`) PATH has to do.
  const npmCli = process.env.npm_execpath
  const [command, prefix] = npmCli?.endsWith('.js') ? [process.execPath, [npmCli]] : ['npm', []]
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...prefix, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && prefix.length === 0,
    })
    let printed = ''
    const keep = (chunk) => (printed += printed.length < 4_000 ? chunk : '')
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (cause) => reject(new Error(`npm cannot be started: ${cause.message}`, { cause })))
    child.on('close', (code) => {
      if (code === 0) resolve()
      else
        reject(
          new Error(
            `npm ${args[0]} failed with exit code ${code}\n${printed.trim().split('\n').slice(0, 20).join('\n')}`,
          ),
        )
    })
  })
}
