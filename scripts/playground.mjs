// The door to every command: plain JavaScript that any Node from 18 on can run, before anything is installed.
// Owns: install, console build, choice of the Node that runs the TypeScript. Knows nothing of the commands but their names.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureConsoleBuilt } from './bootstrap/console-build.mjs'
import { ensureInstalled } from './bootstrap/install.mjs'

const WANTED_NODE_MAJOR = 24
const NEEDS_CONSOLE = new Set(['up', 'test', 'test:peers', 'bench'])

const root = dirname(dirname(fileURLToPath(import.meta.url)))
// Installs and caches belong to the clone, not to one lab: PLAYGROUND_DIR moves a lab's state, not these.
const cloneStateDir = join(root, '.playground')
const [command, ...args] = process.argv.slice(2)

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`playground: ${explain(error)}\n`)
  process.exitCode = 1
}

async function main() {
  const script = join(root, 'scripts', `${command?.replace(':', '-')}.ts`)
  if (command === undefined || !/^[a-z][a-z:-]*$/.test(command) || !existsSync(script)) return listCommands()
  mkdirSync(cloneStateDir, { recursive: true })
  const progress = (line) => process.stderr.write(`${line}\n`)
  const context = { root, stateDir: cloneStateDir, progress }
  const asksForHelp = args.includes('--help') || args.includes('-h')
  await ensureInstalled(context)
  if (NEEDS_CONSOLE.has(command) && !asksForHelp) await ensureConsoleBuilt(context)
  return run(chooseNode(), [script, ...args])
}

function listCommands() {
  const names = readdirSync(join(root, 'scripts'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
  const summary = (name) => /^\/\/ (.*)/.exec(readFileSync(join(root, 'scripts', `${name}.ts`), 'utf8'))?.[1] ?? ''
  // A colon cannot be in a file's name everywhere.
  const lines = names.sort().map((name) => `  npm run ${name.replace(/^test-/, 'test:').padEnd(12)} ${summary(name)}`)
  const asked = command !== undefined && command !== '--help' && command !== 'help'
  const out = asked ? process.stderr : process.stdout
  if (asked) out.write(`playground: there is no command "${command}"\n\n`)
  out.write(`Commands (each explains itself with -- --help):\n${lines.join('\n')}\n`)
  return asked ? 2 : 0
}

/** The npm package `node` of this platform, or the Node that runs this file when that is new enough. */
function chooseNode() {
  const windows = process.platform === 'win32'
  const installed = join(root, 'node_modules/.bin', windows ? 'node.cmd' : 'node')
  if (!windows && existsSync(installed)) return installed
  if (Number(process.versions.node.split('.')[0]) >= WANTED_NODE_MAJOR) return process.execPath
  throw new Error(
    `Node ${WANTED_NODE_MAJOR} or newer is needed, this is ${process.version} and no binary for ${process.platform}-${process.arch} ` +
      `came with the dependencies. Try: npm ci --include=optional, or install Node ${WANTED_NODE_MAJOR} yourself`,
  )
}

function run(node, argv) {
  const child = spawn(node, argv, {
    stdio: 'inherit',
    // Node keeps compiled and type-stripped sources there; it makes a process of ours start 2 to 3 times as fast.
    env: { ...process.env, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(cloneStateDir, 'cache/compile') },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(signal === null ? code : 128 + constants.signals[signal]))
  })
}

function explain(error) {
  if (error.code === 'EROFS' || error.code === 'EACCES' || error.code === 'EPERM') {
    return `cannot write to ${error.path ?? root}: ${error.code}. Try: a clone in a folder of your own`
  }
  if (error.code === 'ENOSPC') return `the disk that holds ${root} is full. Try: df -h ${root}`
  return error.message
}
