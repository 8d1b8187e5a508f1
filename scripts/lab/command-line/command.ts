// What every command has in common: arguments, --help, --json, exit codes, and one way to say what went wrong.
import { parseArgs } from 'node:util'
import { InterruptedError } from './interruption.ts'
import { LabError } from '../lab-error.ts'
import { createOutput } from './output.ts'
import type { Output } from './output.ts'
import { SettingsError } from '../settings.ts'

export interface OptionDefinition {
  type: 'boolean' | 'string'
  short?: string
  /** Placeholder in the help: `--rate N`. */
  value?: string
  help: string
}

type OptionValues<O extends Record<string, OptionDefinition>> = {
  [K in keyof O]: O[K]['type'] extends 'boolean' ? boolean : string | undefined
}

export interface CommandInput<O extends Record<string, OptionDefinition>> {
  values: OptionValues<O>
  positionals: string[]
  out: Output
}

export interface CommandDefinition<O extends Record<string, OptionDefinition>> {
  name: string
  /** Placeholders of positional arguments in the usage line. */
  positionals?: string
  /** How many positional arguments are allowed; default 0. */
  maxPositionals?: number
  summary: string
  description?: string
  options: O
  exitCodes: Record<number, string>
  examples: string[]
  /** Answers the exit code. */
  run(input: CommandInput<O>): Promise<number>
}

/** The arguments were not understood: exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const

export const COMMON_OPTIONS = {
  'port-offset': { type: 'string', value: 'N', help: 'the lab whose ports are moved by N (also LAB_PORT_OFFSET)' },
  json: { type: 'boolean', help: 'one JSON object on stdout, for scripts' },
} as const satisfies Record<string, OptionDefinition>

export async function runCommand<const O extends Record<string, OptionDefinition>>(
  command: CommandDefinition<O>,
  argv: string[] = process.argv.slice(2),
): Promise<void> {
  process.exitCode = await execute(command, argv)
}

async function execute<O extends Record<string, OptionDefinition>>(
  command: CommandDefinition<O>,
  argv: string[],
): Promise<number> {
  const out = createOutput({ json: argv.includes('--json'), portOffset: givenOffset(argv) })
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(renderHelp(command))
    return EXIT.ok
  }
  try {
    return await command.run({ ...parse(command, argv), out })
  } catch (error) {
    return report(error, command.name, out)
  }
}

/** Before the arguments are checked: also what says that they are wrong suggests commands. */
function givenOffset(argv: string[]): string | undefined {
  const at = argv.findLastIndex((word) => word === '--port-offset' || word.startsWith('--port-offset='))
  const word = argv[at]
  if (word === undefined) return process.env['LAB_PORT_OFFSET']
  return word === '--port-offset' ? argv[at + 1] : word.slice('--port-offset='.length)
}

function parse<O extends Record<string, OptionDefinition>>(command: CommandDefinition<O>, argv: string[]) {
  const options = Object.fromEntries(
    Object.entries(command.options).map(([name, { type, short }]) => [
      name,
      { type, ...(short !== undefined && { short }) },
    ]),
  )
  let parsed: { values: Record<string, unknown>; positionals: string[] }
  try {
    parsed = parseArgs({ args: argv, options, allowPositionals: true, strict: true })
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
  const extra = parsed.positionals[command.maxPositionals ?? 0]
  if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}"`)
  const values = Object.fromEntries(
    Object.entries(command.options).map(([name, { type }]) => [
      name,
      parsed.values[name] ?? (type === 'boolean' ? false : undefined),
    ]),
  )
  // parseArgs has checked each value against the very definitions that OptionValues is computed from.
  return { values: values as OptionValues<O>, positionals: parsed.positionals }
}

function report(error: unknown, name: string, out: Output): number {
  if (error instanceof UsageError) {
    out.error(`${name}: ${error.message}\nTry: npm run ${name} -- --help`)
    return EXIT.usage
  }
  if (error instanceof InterruptedError) {
    out.error(`${name}: ${error.message}; whatever it had started has been stopped`)
    return EXIT.interrupted
  }
  if (error instanceof SettingsError) {
    out.error(error.faults.map((fault) => `${name}: ${fault}`).join('\n'))
    return EXIT.usage
  }
  if (error instanceof LabError) {
    const advice = error.advice === undefined ? undefined : out.aimed(error.advice)
    out.json({ error: error.message, advice, logLines: error.logLines })
    out.error(`${name}: ${error.message}`)
    for (const line of error.logLines) out.error(`  | ${line}`)
    if (advice !== undefined) out.error(`Try: ${advice}`)
    return EXIT.failed
  }
  throw error
}

export function renderHelp<O extends Record<string, OptionDefinition>>(
  command: Omit<CommandDefinition<O>, 'run'>,
): string {
  const hasOptions = Object.keys(command.options).length > 0
  const usage = [
    'npm run',
    command.name,
    ...(hasOptions || command.positionals ? ['--'] : []),
    command.positionals ?? '',
    hasOptions ? '[options]' : '',
  ]
  const options = Object.entries({
    ...command.options,
    help: { type: 'boolean', short: 'h', help: 'this text' } as OptionDefinition,
  }).map(([option, { short, value, help }]): [string, string] => [
    `${short === undefined ? '   ' : `-${short},`} --${option}${value === undefined ? '' : ` ${value}`}`,
    help,
  ])
  const width = Math.max(...options.map(([left]) => left.length))
  return [
    command.summary,
    '',
    `Usage: ${usage.filter(Boolean).join(' ')}`,
    ...(command.description === undefined ? [] : ['', command.description]),
    '',
    'Options:',
    ...options.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    '',
    'Exit codes:',
    ...Object.entries(command.exitCodes).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}
