/** The command line of recordings. `npm run incident -- capture …` comes here with the addresses of the running lab; everything can also be named. */
import { RecordingError } from '../recording-error.ts'
import { captureCommand } from './capture-command.ts'
import { compareCommand } from './compare-command.ts'
import { importCommand } from './import-command.ts'
import { replayCommand } from './replay-command.ts'
import { sqlCommand } from './sql-command.ts'
import { UsageError } from './usage-error.ts'

const COMMANDS = {
  capture: captureCommand,
  replay: replayCommand,
  import: importCommand,
  compare: compareCommand,
  sql: sqlCommand,
} as const

const [name = '', ...args] = process.argv.slice(2)
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined

try {
  if (command === undefined) throw new UsageError(`expected one of ${Object.keys(COMMANDS).join(', ')}, got "${name}"`)
  if (args.includes('--help') || args.includes('-h')) process.stdout.write(command.help)
  else process.exitCode = await command.run(args)
} catch (error) {
  const isUsage =
    error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true
  if (!isUsage && !(error instanceof RecordingError) && (error as Error).name !== 'AbortError') throw error
  const called = name === 'sql' ? 'sql' : `incident ${name}`
  process.stderr.write(`${called}: ${(error as Error).message}\n`)
  if (isUsage)
    process.stderr.write(
      `Try: npm run ${name === 'sql' ? 'sql --' : `incident -- ${command === undefined ? '' : name}`} --help\n`,
    )
  process.exitCode = isUsage ? 2 : (error as Error).name === 'AbortError' ? 130 : 1
}
