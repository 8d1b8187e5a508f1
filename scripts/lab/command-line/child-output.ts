import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Completion {
  exitCode: number | null
  /** Both streams, in the order in which they came. */
  output: string
}

export interface RunOptions {
  cwd: string
  env?: Record<string, string | undefined>
  onLine?: (line: string) => void
}

/** Runs a program to its end. One that cannot be started is an exit code 127 with the reason as output, as in a shell. */
export function runToCompletion(
  command: string,
  args: string[],
  { cwd, env, onLine }: RunOptions,
): Promise<Completion> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], ...(env !== undefined && { env }) })
    const lines: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        onLine?.(line)
      })
    }
    child.on('error', (error) => resolve({ exitCode: 127, output: `${command} cannot be started: ${error.message}` }))
    child.on('close', (exitCode) => resolve({ exitCode, output: `${lines.join('\n')}\n` }))
  })
}
