// A real lab for one test file: the very commands a user runs, on ports and with a state directory of its own.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acquireLock } from '../scripts/bootstrap/lock.mjs'
import { asText, field, parseObject } from '../scripts/lab/json.ts'
import { isPortFree } from '../scripts/lab/machine/port-holder.ts'
import { PORT_NAMES, PORTS } from '../scripts/lab/ports.ts'
import type { PortName } from '../scripts/lab/ports.ts'
import { HOST, ROOT } from '../scripts/lab/settings.ts'

// Below the ephemeral range (32768 on Linux): there an outgoing connection of any process could take a port of ours.
const FIRST_PORT = 20_000
const LAST_PORT = 32_000
const BLOCK = 32
const COMMAND_TIMEOUT_MS = 120_000

export interface CommandResult {
  exitCode: number | null
  stdout: string
  stderr: string
}

export interface LabFolder extends AsyncDisposable {
  stateDir: string
  ports: Record<PortName, number>
  env: Record<string, string | undefined>
  url(port: PortName): string
  /** Runs `npm run <command> -- <args>` without npm and its 0.3 s. */
  run(command: string, ...args: string[]): Promise<CommandResult>
  /** The same, without waiting for the end. */
  spawn(command: string, ...args: string[]): ChildProcess
}

export interface StartedLab extends LabFolder {
  /** What `up --json` printed. */
  up: Record<string, unknown>
}

/** Ports and a folder for a lab that has not been started. */
export async function prepareLab(): Promise<LabFolder> {
  const { ports, release } = await claimPorts()
  const stateDir = mkdtempSync(join(tmpdir(), 'playground-test-'))
  const env: Record<string, string | undefined> = {
    ...process.env,
    ...Object.fromEntries(PORT_NAMES.map((name) => [PORTS[name].env, String(ports[name])])),
    PLAYGROUND_DIR: stateDir,
    LAB_PORT_OFFSET: undefined,
    LAB_RUNTIME: 'embedded',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(ROOT, '.playground/cache/compile'),
    // A test runner inside a test runner would talk its protocol on stdout.
    NODE_TEST_CONTEXT: undefined,
    NO_COLOR: '1',
  }
  const start = (command: string, args: string[]) =>
    spawn(process.execPath, [join(ROOT, 'scripts', `${command}.ts`), ...args], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const lab: LabFolder = {
    stateDir,
    ports,
    env,
    url: (port) => `http://${HOST}:${ports[port]}`,
    run: (command, ...args) => completion(start(command, args)),
    spawn: (command, ...args) => start(command, args),
    async [Symbol.asyncDispose]() {
      const { exitCode, stderr } = await lab.run('down', '--volumes')
      rmSync(stateDir, { recursive: true, force: true })
      release()
      if (exitCode !== 0) throw new Error(`down failed: ${stderr}`)
    },
  }
  return lab
}

export async function startLab(...args: string[]): Promise<StartedLab> {
  const lab = await prepareLab()
  const { exitCode, stdout, stderr } = await lab.run('up', '--json', ...args)
  if (exitCode !== 0) {
    await lab[Symbol.asyncDispose]()
    throw new Error(`up failed with exit code ${exitCode}:\n${stderr}\n${stdout}`)
  }
  return { ...lab, up: parseObject(stdout) }
}

export const provenTraceId = (up: Record<string, unknown>) => asText(field(up, 'proof', 'traceId'))

export function completion(child: ChildProcess, timeoutMs = COMMAND_TIMEOUT_MS): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    child.once('error', reject)
    child.once('close', (exitCode) => {
      clearTimeout(timer)
      resolve({ exitCode, stdout, stderr })
    })
  })
}

/** A block of ports that no other test process of this machine has claimed and nobody listens on. */
async function claimPorts(): Promise<{ ports: Record<PortName, number>; release: () => void }> {
  const blocks = Array.from({ length: Math.floor((LAST_PORT - FIRST_PORT) / BLOCK) }, (_, i) => FIRST_PORT + i * BLOCK)
  for (const base of blocks) {
    const release = await acquireLock(join(tmpdir(), 'playground-test-ports', String(base)), { timeoutMs: 0 }).catch(
      () => undefined,
    )
    if (release === undefined) continue
    const ports = Object.fromEntries(PORT_NAMES.map((name, i) => [name, name === 'postgres' ? 0 : base + i])) as Record<
      PortName,
      number
    >
    const free = await Promise.all(PORT_NAMES.map((name) => isPortFree(HOST, ports[name])))
    if (free.every(Boolean)) return { ports, release }
    release()
  }
  throw new Error(`no free block of ${BLOCK} ports between ${FIRST_PORT} and ${LAST_PORT}`)
}
