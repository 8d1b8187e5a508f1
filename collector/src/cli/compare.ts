import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { renderHtml } from '../scorecard/output/html.ts'
import { renderMarkdown } from '../scorecard/output/markdown.ts'
import type { Scorecard } from '../scorecard/scorecard.ts'
import { UsageError } from './usage-error.ts'

const HELP = `Puts scorecards side by side.

Usage: npm run collector -- compare A.json B.json … [options]

  --html FILE       as a page
  --markdown FILE   as a table, in a file; without it on stdout

Exit codes: 0 written; 2 wrong usage or a file that is no scorecard
`

export async function compare(args: readonly string[]): Promise<number> {
  const { values, positionals } = readOptions(args)
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (positionals.length === 0) throw new UsageError('expected scorecards: compare A.json B.json')
  const cards = positionals.map(readScorecard)
  if (values.html !== undefined) writeFileSync(values.html, renderHtml(cards))
  if (values.markdown === undefined) process.stdout.write(renderMarkdown(cards))
  else writeFileSync(values.markdown, renderMarkdown(cards))
  return 0
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { html: { type: 'string' }, markdown: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function readScorecard(file: string): Scorecard {
  try {
    const card = JSON.parse(readFileSync(file, 'utf8')) as Partial<Scorecard>
    if (!Array.isArray(card.checks)) throw new Error('it has no "checks"')
    return card as Scorecard
  } catch (error) {
    throw new UsageError(`${file}: expected a scorecard: ${error instanceof Error ? error.message : String(error)}`)
  }
}
