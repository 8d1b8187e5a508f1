import { parseArgs } from 'node:util'
import { compareRecordings } from '../compare-recordings.ts'
import { openRecording } from '../file/open-recording.ts'
import { REPLAY_LABEL } from '../replay/namespace.ts'
import { UsageError } from './usage-error.ts'

const help = `Compares two recordings value by value: every log record, span, sample and exemplar; order does not count.

Usage: npm run incident -- compare A B [options]

  --shift NANOSECONDS  added to every time of A first: the shiftNano of a replay
  --ignore-replay      the label of a replay with --namespace is left out of the comparison
  --json               the differences on stdout

Exit codes: 0 equal · 1 not equal, or a file is refused · 2 wrong usage
`

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      shift: { type: 'string', default: '0' },
      'ignore-replay': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const [first, second, ...others] = positionals
  if (first === undefined || second === undefined || others.length > 0) throw new UsageError('expected two files')
  if (!/^-?\d{1,19}$/.test(values.shift)) throw new UsageError(`--shift: expected nanoseconds, got "${values.shift}"`)
  using a = await openRecording(first)
  using b = await openRecording(second)
  const differences = await compareRecordings(a, b, {
    shiftNano: BigInt(values.shift),
    ...(values['ignore-replay'] ? { ignoreLabel: REPLAY_LABEL } : {}),
  })
  if (values.json) process.stdout.write(`${JSON.stringify({ equal: differences.length === 0, differences })}\n`)
  else if (differences.length === 0) process.stdout.write('equal\n')
  for (const { signal, onlyInFirst, onlyInSecond, examples } of values.json ? [] : differences) {
    process.stdout.write(`${signal}: ${onlyInFirst} only in the first, ${onlyInSecond} only in the second\n`)
    for (const example of examples) process.stdout.write(`  ${example.slice(0, 300)}\n`)
  }
  return differences.length === 0 ? 0 : 1
}

export const compareCommand = { help, run }
