import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { renderHtml } from '../scorecard/output/html.ts'
import { renderMarkdown } from '../scorecard/output/markdown.ts'
import type { Scorecard } from '../scorecard/scorecard.ts'
import { UsageError } from './usage-error.ts'

export async function compare(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { html: { type: 'string' }, markdown: { type: 'string' } },
  })
  if (positionals.length === 0) throw new UsageError('expected scorecards: compare A.json B.json')
  const cards = positionals.map(readScorecard)
  if (values.html !== undefined) writeFileSync(values.html, renderHtml(cards))
  if (values.markdown === undefined) process.stdout.write(renderMarkdown(cards))
  else writeFileSync(values.markdown, renderMarkdown(cards))
  return 0
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
