import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { IMPORT_FORMATS, importFiles } from '../import/import-file.ts'
import { Redactor } from '../redact/redactor.ts'
import { UsageError } from './usage-error.ts'

const help = `Makes a recording out of other people's telemetry; replay it to look at it in the lab.

Usage: npm run incident -- import INPUT … [options]

  --format F           ${IMPORT_FORMATS.join(', ')} (default: told from what each file holds)
                       otlp: the collector's file exporter, JSON lines · jaeger: its JSON · loki: a query_range answer
                       logcli: --output=jsonl · prometheus: a query or query_range answer · openmetrics: text
  --out FILE           default: the first input's name with .incident.zip
  --redact             replaces emails and card numbers by pseudonyms
  --json               counts on stdout

Exit codes: 0 imported · 1 an input is not understood: file and line are named, nothing is written · 2 wrong usage
`

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      format: { type: 'string' },
      out: { type: 'string' },
      redact: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const [first] = positionals
  if (first === undefined) throw new UsageError('expected at least one file to import')
  const format = IMPORT_FORMATS.find((known) => known === values.format)
  if (values.format !== undefined && format === undefined) {
    throw new UsageError(`--format: expected one of ${IMPORT_FORMATS.join(', ')}, got "${values.format}"`)
  }
  const name = basename(values.out ?? first).replace(/(?:\.incident)?\.[a-z]+$/, '')
  const file = resolve(values.out ?? `${name}.incident.zip`)
  const redactor = values.redact ? new Redactor() : undefined
  const { counts } = await importFiles({ inputs: positionals, format, file, name, redactor })
  if (values.json) process.stdout.write(`${JSON.stringify({ file, counts })}\n`)
  else {
    process.stdout.write(
      `${file}\n${counts.logs} log records, ${counts.spans} spans, ${counts.samples} samples, ${counts.exemplars} exemplars\n` +
        `Look at it: npm run incident -- replay ${basename(file)} --namespace ${name}\n`,
    )
  }
  return 0
}

export const importCommand = { help, run }
