import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { parseArgs } from 'node:util'
import type { CollectorAdapter } from '../collectors/adapter.ts'
import { alloy, builtin, generic, grafanaAgent, otelcol, type AdapterOptions } from '../collectors/adapters.ts'
import { pipe } from '../collectors/pipe.ts'
import type { Capability } from '../collectors/template.ts'
import { DEFECTS, type DefectName } from '../pipe/defects.ts'
import { CHECKS } from '../scorecard/checks.ts'
import type { Check, Level } from '../scorecard/check.ts'
import { renderHtml } from '../scorecard/output/html.ts'
import { renderJunit } from '../scorecard/output/junit.ts'
import { renderMarkdown } from '../scorecard/output/markdown.ts'
import { renderTerminal } from '../scorecard/output/terminal.ts'
import { failuresOf, type Scorecard } from '../scorecard/scorecard.ts'
import { score } from '../scorecard/score.ts'
import { UsageError } from './usage-error.ts'

const ADAPTERS = { builtin, otelcol, 'grafana-agent': grafanaAgent, alloy } as const
const LEVELS: readonly Level[] = ['MUST', 'SHOULD', 'MAY']

const HELP = `Runs the scorecard on one collector, as a process on this machine.

Usage: npm run collector -- score [options]

  --adapter NAME    ${[...Object.keys(ADAPTERS), 'generic', 'pipe'].join(', ')}; default: by the name of --bin
  --bin PATH        the program; default: the adapter's name on PATH
  --config FILE     its configuration with variables for ports and endpoints; default: the adapter's own
                    (collector/src/collectors/configs, variables in collector/src/collectors/template.ts)
  --arg ARG         generic: one argument of the program, again for each; {{CONFIG}} is the file (default: --config {{CONFIG}})
  --ready-path P    generic: path on {{SELF_PORT}} that answers 200 when it is ready (default: /)
  --declares A,B    capabilities that a configuration cannot show: disk-queue, parses-json-lines, exemplars, reload …
  --defect NAME     pipe: what it does wrong
  --only IDS        checks by id, by commas: L1,T2
  --level LEVEL     MUST, SHOULD or MAY: the lowest to run (default: MAY)
  --version TEXT    what the scorecard says of the program; default: what it says to --version
  --seed N          the workload (default: 1)
  --json FILE  --junit FILE  --markdown FILE  --html FILE
  --keep            leave the temporary folders and name them

Exit codes: 0 no selected check failed; 1 one did; 2 wrong usage
`

export async function scoreCommand(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP)
    return 0
  }
  const values = parse(args)
  const adapter = adapterOf(values)
  const level = levelOf(values.level)
  const checks = select(level, values.only)
  const seed = Number(values.seed ?? 1)
  if (!Number.isInteger(seed)) throw new UsageError(`--seed: expected an integer, got "${values.seed}"`)
  const startedAt = new Date()
  const verdicts = await score(
    { adapter, seed, keep: values.keep ?? false },
    { checks, onScenario: (name, ids) => process.stderr.write(`${name}: ${ids.join(' ')}\n`) },
  )
  const card: Scorecard = {
    collector: adapter.name,
    version: values.version ?? versionOf(adapter.name, values.bin),
    startedAt: startedAt.toISOString(),
    tookMs: Date.now() - startedAt.getTime(),
    seed,
    runtime: 'process',
    checks: verdicts,
  }
  process.stdout.write(renderTerminal(card))
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(card, undefined, 2)}\n`)
  if (values.junit !== undefined) writeFileSync(values.junit, renderJunit(card))
  if (values.markdown !== undefined) writeFileSync(values.markdown, renderMarkdown([card]))
  if (values.html !== undefined) writeFileSync(values.html, renderHtml([card]))
  return failuresOf(card, level).length === 0 ? 0 : 1
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        adapter: text,
        bin: text,
        config: text,
        arg: { ...text, multiple: true },
        'ready-path': text,
        declares: text,
        defect: text,
        only: text,
        level: text,
        seed: text,
        version: text,
        json: text,
        junit: text,
        markdown: text,
        html: text,
        keep: { type: 'boolean' },
      },
    }).values
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

type Values = ReturnType<typeof parse>

function adapterOf(values: Values): CollectorAdapter {
  const { bin, declares } = values
  const config = values.config === undefined ? undefined : readConfig(values.config)
  const name = values.adapter ?? (bin === undefined ? '' : basename(bin))
  // Whether these are capabilities at all, nobody checks but the needs of checks, which then do not name them.
  const declared = declares?.split(',') as Capability[] | undefined
  const options: AdapterOptions = {
    ...(bin !== undefined && { bin }),
    ...(config !== undefined && { config }),
    ...(declared !== undefined && { declares: declared }),
  }
  if (name === 'pipe') {
    const defect = values.defect ?? 'none'
    if (!Object.hasOwn(DEFECTS, defect))
      throw new UsageError(`--defect: expected one of ${Object.keys(DEFECTS).join(', ')}, got "${defect}"`)
    return pipe(defect as DefectName)
  }
  if (Object.hasOwn(ADAPTERS, name)) return ADAPTERS[name as keyof typeof ADAPTERS](options)
  if (bin === undefined)
    throw new UsageError(
      `--adapter: expected ${[...Object.keys(ADAPTERS), 'generic', 'pipe'].join(', ')}, got "${name}"; or --bin PATH`,
    )
  if (config === undefined)
    throw new UsageError(`--config: ${name} is no known collector, so its configuration has to be given`)
  return generic({
    ...options,
    bin,
    config,
    name,
    configExtension: extname(values.config ?? ''),
    ...(values.arg !== undefined && { args: values.arg }),
    ...(values['ready-path'] !== undefined && { readyPath: values['ready-path'] }),
  })
}

function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new UsageError(`--config: cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

function levelOf(text = 'MAY'): Level {
  const level = LEVELS.find((one) => one === text.toUpperCase())
  if (level === undefined) throw new UsageError(`--level: expected ${LEVELS.join(', ')}, got "${text}"`)
  return level
}

function select(level: Level, only: string | undefined): readonly Check[] {
  const ids = only?.split(',').map((id) => id.trim().toUpperCase())
  const unknown = ids?.find((id) => !CHECKS.some((check) => check.id === id))
  if (unknown !== undefined)
    throw new UsageError(`--only: there is no check ${unknown}; there are ${CHECKS.map(({ id }) => id).join(', ')}`)
  return CHECKS.filter(
    (check) => (ids?.includes(check.id) ?? true) && LEVELS.indexOf(check.level) <= LEVELS.indexOf(level),
  )
}

function versionOf(name: string, bin: string | undefined): string {
  if (bin === undefined) return name === 'builtin' || name.startsWith('pipe') ? 'of this repo' : 'unknown version'
  try {
    const said = execFileSync(bin, ['--version'], {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    // The first line: what follows is the compiler's version.
    return /v?\d+\.\d+[\w.-]*/.exec(said.split('\n')[0] ?? '')?.[0] ?? 'unknown version'
  } catch {
    return 'unknown version'
  }
}
