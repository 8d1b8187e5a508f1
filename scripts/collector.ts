// Tests telemetry collectors: scorecard, comparison. See collector/README.md.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { EXIT } from './lab/command-line/command.ts'
import { ROOT } from './lab/settings.ts'

const child = spawn(process.execPath, [join(ROOT, 'collector/src/cli/main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
const [code] = (await once(child, 'exit')) as [number | null]
process.exitCode = code ?? EXIT.failed
