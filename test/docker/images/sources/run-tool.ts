// A program of this machine, run to its end within a bound; what it printed last explains a failure.
import { spawn } from 'node:child_process'
import { formatDuration } from '../../../../scripts/lab/command-line/output.ts'
import type { Progress } from './source.ts'

/** The longest is Loki from nothing, about ten minutes of both cores. */
const TIMEOUT_MS = 40 * 60_000
const HEARTBEAT_MS = 60_000
const KEPT_CHARACTERS = 3_000

export interface ToolRun {
  command: string
  args: readonly string[]
  cwd?: string
  env?: Record<string, string>
  /** Says every minute that it goes on, and at the end how long it took. */
  progress?: Progress
}

/** Answers stdout. */
export async function runTool({ command, args, cwd, env, progress }: ToolRun): Promise<string> {
  const startedAt = performance.now()
  const sinceStart = () => formatDuration(performance.now() - startedAt)
  const child = spawn(command, args, {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let lastWords = ''
  const keep = (text: string) => (lastWords = (lastWords + text).slice(-KEPT_CHARACTERS))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    keep(text)
  })
  child.stderr.setEncoding('utf8').on('data', keep)
  const heartbeat = setInterval(() => progress?.(`still at it after ${sinceStart()}`), HEARTBEAT_MS)
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (cause) => reject(new Error(`${command} cannot be run: ${cause.message}`, { cause })))
      child.once('close', (code, signal) => {
        if (code === 0) return resolve()
        reject(
          new Error(`${command} ${args.join(' ')} ended with ${code ?? signal} after ${sinceStart()}:\n${lastWords}`),
        )
      })
    })
  } finally {
    clearInterval(heartbeat)
  }
  progress?.(`made in ${sinceStart()}`)
  return stdout
}
