// Measures: start, ingest, query. Each measurement is a file in bench/.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, UsageError, renderHelp } from './lab/command-line/command.ts'
import type { CommandDefinition } from './lab/command-line/command.ts'
import { ROOT } from './lab/settings.ts'

const help: Omit<CommandDefinition<Record<never, never>>, 'run'> = {
  name: 'bench',
  positionals: 'NAME [its options]',
  summary: 'Measures: start, ingest, query. Each measurement is a file in bench/.',
  description: `There are: ${available().join(', ')}. Each explains itself: npm run bench -- NAME --help`,
  options: {},
  exitCodes: { 0: 'measured', 1: 'the measurement failed', 2: 'wrong usage' },
  examples: ['npm run bench -- start', 'npm run --silent bench -- start --runs 3 --json'],
}

/** Options belong to the measurement, so they are handed on unread. */
const [name, ...args] = process.argv.slice(2)
if (name === undefined || name === '--help' || name === '-h') {
  process.stdout.write(renderHelp(help))
  process.exitCode = name === undefined ? EXIT.usage : EXIT.ok
} else if (!available().includes(name)) {
  process.stderr.write(
    `bench: ${new UsageError(`there is no measurement "${name}"; there are: ${available().join(', ')}`).message}\n`,
  )
  process.exitCode = EXIT.usage
} else {
  const child = spawn(process.execPath, [join(ROOT, 'bench', `${name}.ts`), ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  process.exitCode = code ?? EXIT.failed
}

function available(): string[] {
  const dir = join(ROOT, 'bench')
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .toSorted()
}
