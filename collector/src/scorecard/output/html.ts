/** One page without anything to fetch: scorecards side by side, reasons and figures on demand. */
import type { Verdict } from '../score.ts'
import type { Scorecard } from '../scorecard.ts'
import { escapeMarkup } from './escape-markup.ts'
import { matrixOf } from './matrix.ts'
import { summary } from './terminal.ts'

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .4rem .6rem; text-align: left; vertical-align: top; }
thead th { position: sticky; top: 0; background: Canvas; }
.pass { color: light-dark(#116329, #57d364); } .fail, .error { color: light-dark(#a40e26, #ff7b72); font-weight: 600; }
.not-applicable, .not-implemented { opacity: .65; }
pre { white-space: pre-wrap; margin: .3rem 0; font-weight: normal; font-size: 13px; }
`

export function renderHtml(cards: readonly Scorecard[]): string {
  const title = cards.map(({ collector, version }) => `${collector} ${version}`).join(' · ')
  const columns = cards
    .map((card) => `<th scope="col">${escapeMarkup(`${card.collector} ${card.version}`)}</th>`)
    .join('')
  const rows = matrixOf(cards).map(
    ({ id, level, title: what, verdicts }) =>
      `<tr><th scope="row">${escapeMarkup(id)}</th><td>${escapeMarkup(level)}</td><td>${escapeMarkup(what)}</td>${verdicts.map((verdict) => `<td>${verdict === undefined ? '' : cellOf(verdict)}</td>`).join('')}</tr>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeMarkup(title)}</title><style>${STYLE}</style></head>
<body><h1>Collector scorecard</h1>
${cards.map((card) => `<p>${escapeMarkup(`${summary(card)}, ${card.startedAt}, seed ${card.seed}`)}</p>`).join('\n')}
<table><thead><tr><th scope="col">id</th><th scope="col">level</th><th scope="col">check</th>${columns}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></body></html>
`
}

function cellOf({ status, reason, figures }: Verdict): string {
  const details = [reason, ...Object.entries(figures ?? {}).map(([name, value]) => `${name} = ${value}`)].filter(
    (line) => line !== undefined,
  )
  const word = `<span class="${status}">${status.replace('-', ' ')}</span>`
  return details.length === 0
    ? word
    : `<details><summary>${word}</summary><pre>${escapeMarkup(details.join('\n'))}</pre></details>`
}
