/** `npm run collector -- COMMAND`: the command line of this folder. */
import { compare } from './compare.ts'
import { scoreCommand } from './score-command.ts'
import { UsageError } from './usage-error.ts'

const COMMANDS = {
  score: { run: scoreCommand, summary: 'runs the scorecard on one collector' },
  compare: { run: compare, summary: 'puts scorecards side by side: compare A.json B.json --html FILE --markdown FILE' },
} as const

const [name = '', ...args] = process.argv.slice(2)

if (Object.hasOwn(COMMANDS, name)) {
  try {
    process.exitCode = await COMMANDS[name as keyof typeof COMMANDS].run(args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`collector ${name}: ${error.message}\nTry: npm run collector -- ${name} --help\n`)
    process.exitCode = 2
  }
} else {
  const isHelp = ['', '--help', '-h', 'help'].includes(name)
  const out = isHelp ? process.stdout : process.stderr
  if (!isHelp) out.write(`collector: there is no command "${name}"\n\n`)
  out.write(overview())
  process.exitCode = isHelp && name !== '' ? 0 : 2
}

function overview(): string {
  const commands = Object.entries(COMMANDS).map(([command, { summary }]) => `  ${command.padEnd(8)} ${summary}`)
  return `Tests telemetry collectors: scorecard, comparison, and where data of the running lab went.

Usage: npm run collector -- COMMAND [options]

${commands.join('\n')}
  where    follows one log line, span and sample through the running lab

Options: each command has its own and shows them with --help

Exit codes: 0 passed · 1 something did not · 2 wrong usage

Examples:
  npm run collector -- score --bin ./otelcol --html otelcol.html
  npm run collector -- compare otelcol.json alloy.json --html scorecards.html
  npm run collector -- where
`
}
