// Feeds random input to the parts that read what others write, until one breaks or the time is over.
import { randomInt } from 'node:crypto'
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { runToCompletion } from './lab/command-line/child-output.ts'
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import { parseDurationOption } from './lab/command-line/duration-option.ts'
import { formatDuration, table } from './lab/command-line/output.ts'
import { ROOT } from './lab/settings.ts'

const SUFFIX = '-fuzz.ts'

await runCommand({
  name: 'fuzz',
  positionals: '[NAME …]',
  maxPositionals: Infinity,
  summary: 'Feeds random input to the parts that read what others write, until one breaks or the time is over.',
  description:
    `Runs test/fuzz/*${SUFFIX}, one after the other, each for its share of the time; all run even when one has failed.\n` +
    'The same seed gives the same input.',
  options: {
    seconds: { type: 'string', value: 'DURATION', help: 'time for all together, for example 90s or 10m (default 60s)' },
    seed: { type: 'string', value: 'N', help: 'a whole number (default: a random one, which is printed)' },
    json: COMMON_OPTIONS.json,
  },
  exitCodes: { 0: 'nothing broke', 1: 'something broke, or there was nothing to run', 2: 'wrong usage' },
  examples: ['npm run fuzz', 'npm run fuzz -- --seconds 10m', 'npm run fuzz -- protocol --seed 42'],
  async run({ values, positionals, out }) {
    const total = parseDurationOption('--seconds', values.seconds ?? '60s', 86_400)
    const seed = values.seed === undefined ? randomInt(2 ** 31) : parseSeed(values.seed)
    const fuzzers = chooseFuzzers(positionals)
    const seconds = Math.max(1, Math.floor(total / fuzzers.length))
    const results: { name: string; passed: boolean; durationMs: number }[] = []
    for (const { name, file } of fuzzers) {
      out.progress(`== ${name}: ${seconds} s, seed ${seed}`)
      const startedAt = performance.now()
      const { exitCode } = await runToCompletion(
        process.execPath,
        [join(ROOT, file), '--seconds', String(seconds), '--seed', String(seed)],
        { cwd: ROOT, onLine: (line) => out.progress(line) },
      )
      results.push({ name, passed: exitCode === 0, durationMs: performance.now() - startedAt })
    }
    out.json({ seed, seconds, results })
    const rows = results.map(({ name, passed, durationMs }) => [
      name,
      out.style(passed ? 'ok' : 'bad', passed ? 'held' : 'broke'),
      formatDuration(durationMs),
    ])
    for (const line of table([['fuzzer', 'result', 'took'], ...rows])) out.line(line)
    const broken = results.filter(({ passed }) => !passed).map(({ name }) => name)
    if (broken.length > 0) out.line(`again: npm run fuzz -- ${broken.join(' ')} --seed ${seed}`)
    return broken.length === 0 ? EXIT.ok : EXIT.failed
  },
})

function parseSeed(text: string): number {
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed < 2 ** 32) return seed
  throw new UsageError(`--seed: expected a whole number below 2^32, got "${text}"`)
}

function chooseFuzzers(names: string[]): { name: string; file: string }[] {
  const all = globSync(`test/fuzz/*${SUFFIX}`, { cwd: ROOT })
    .toSorted()
    .map((file) => ({ name: basename(file, SUFFIX), file }))
  const unknown = names.find((name) => all.every((fuzzer) => fuzzer.name !== name))
  if (unknown !== undefined || all.length === 0) {
    throw new UsageError(
      `there is no fuzzer "${unknown ?? ''}"; there are: ${all.map(({ name }) => name).join(', ') || 'none'}`,
    )
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
}
