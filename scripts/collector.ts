// Tests telemetry collectors: scorecard, comparison, and where data of the running lab went.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { EXIT } from './lab/command-line/command.ts'
import { ROOT } from './lab/settings.ts'
import { whereCommand } from './lab/where/where-command.ts'

const [command, ...args] = process.argv.slice(2)

// About the lab, so it lives with the lab; the rest is the command line of collector/, which knows no lab.
if (command === 'where') await whereCommand(args)
else {
  const main = join(ROOT, 'collector/src/cli/main.ts')
  const child = spawn(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  process.exitCode = code ?? EXIT.failed
}
