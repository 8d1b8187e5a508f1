// The page of a run: one HTML file that needs nothing else, neither a script nor the lab.
import { parseObject, asText } from '../../lab/json.ts'
import { expectationText } from '../evidence.ts'
import type { RunReport } from '../run-report.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { Pictures } from './pictures.ts'
import { pageStyle } from './page-style.ts'
import { timeline } from './timeline.ts'
import { waterfall } from './waterfall.ts'

export function renderPage(report: RunReport, pictures: Pictures): string {
  const { title, incident, withFault, remedyTried } = report
  const verdict = report.proven ? 'proven' : 'not proven'
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${incident}: ${title}</title>
        <style>
          ${pageStyle}
        </style>
      </head>
      <body>
        <header>
          <p class="eyebrow">
            Incident
            ${incident}${withFault ? '' : ', failing twin: the same run without the fault'}${remedyTried === undefined ? '' : `, with the remedy ${remedyTried}`}
          </p>
          <h1>${title}</h1>
          <p>
            <span class="verdict ${report.proven ? 'ok' : 'bad'}">${verdict}</span> run <code>${report.runId}</code>,
            seed <code>${report.seed}</code>, attempt ${report.attempt}, ${seconds(report.tookMs)}
          </p>
        </header>
        <main>
          <section class="story">
            ${report.story.split('\n\n').map((paragraph) => html`<p>${emphasise(paragraph)}</p>`)}
          </section>
          ${
            report.missing.length === 0
              ? undefined
              : html`<section>
                  <h2>Missing</h2>
                  <ul>
                    ${report.missing.map((missing) => html`<li>${missing}</li>`)}
                  </ul>
                </section>`
          }
          <section class="facts">${facts(report)}</section>
          <section>
            <h2>Timeline</h2>
            <div class="scroll">${timeline(report, pictures)}</div>
          </section>
          <section>
            <h2>Evidence</h2>
            ${evidence(report)}
          </section>
          ${tracePart(pictures)} ${linesPart(pictures)}
          <section>
            <h2>Questions, in this order</h2>
            <ol>
              ${report.questions.map(
                ({ ask, query, answer, link }) =>
                  html`<li>
                    <p><strong>${ask}</strong></p>
                    <p>
                      <a href="${link}"><code>${query}</code></a>
                    </p>
                    <details>
                      <summary>Answer</summary>
                      <p>${answer}</p>
                    </details>
                  </li>`,
              )}
            </ol>
          </section>
          <section>
            <h2>Cause</h2>
            <p>${report.cause}</p>
            <h2>Remedy</h2>
            <p>${report.remedy}</p>
          </section>
          <section>
            <h2>Go on looking</h2>
            <ul>
              ${Object.entries(report.links).map(([name, link]) => html`<li><a href="${link}">${name}</a></li>`)}
            </ul>
          </section>
        </main>
      </body>
    </html> `.text
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`

/** The only Markdown of a story: bold. */
function emphasise(paragraph: string): Html[] {
  return paragraph.split('**').map((text, i) => (i % 2 === 0 ? html`${text}` : html`<strong>${text}</strong>`))
}

function facts({ symptom, blastRadius }: RunReport): Html {
  const { customers, affected, failed, routes } = blastRadius
  return html`<dl>
    <div>
      <dt>First symptom</dt>
      <dd>${symptom?.shows ?? 'none was seen'}</dd>
    </div>
    <div>
      <dt>Detection delay</dt>
      <dd>${symptom === undefined ? '-' : seconds(symptom.detectionDelayMs)}</dd>
    </div>
    <div>
      <dt>Blast radius</dt>
      <dd>${affected} of ${customers} customers, ${failed} refused</dd>
    </div>
    ${routes.map(
      ({ route, sent, affected: hit }) =>
        html`<div>
          <dt><code>${route}</code></dt>
          <dd>${hit} of ${sent} hit</dd>
        </div>`,
    )}
  </dl>`
}

function evidence({ evidence: pieces, withFault }: RunReport): Html {
  const rows = pieces.map(({ signal, shows, query, value, error, expected, holds, absentWithoutFault }) => {
    const wanted = withFault || !absentWithoutFault
    const expectation = `${wanted ? '' : 'not '}${expectationText(expected)}`
    return html`<tr class="${holds === wanted ? 'ok' : 'bad'}">
      <td>${holds === wanted ? '✓' : '✗'}</td>
      <td>${signal}</td>
      <td>${shows}<br /><code>${query}</code></td>
      <td>${error ?? value}</td>
      <td>${expectation}</td>
    </tr>`
  })
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th></th>
          <th>Signal</th>
          <th>Shows</th>
          <th>Found</th>
          <th>Expected</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`
}

function tracePart({ traceId, spans }: Pictures): Html | undefined {
  if (traceId === undefined || spans.length === 0) return undefined
  return html`<section>
    <h2>The first trace that was hit</h2>
    <p><code>${traceId}</code></p>
    <div class="scroll">${waterfall(spans)}</div>
  </section>`
}

function linesPart({ lines }: Pictures): Html | undefined {
  if (lines.length === 0) return undefined
  const shown = lines.map(({ text }) => {
    const { timestamp, level, service, message, ...fields } = parseObject(text)
    const rest = Object.entries(fields).filter(([name]) => !['trace_id', 'span_id', 'error.stack'].includes(name))
    const words = rest.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    return html`<li class="${asText(level)}">
      <time>${asText(timestamp).slice(11, 23)}</time> <b>${asText(service)}</b> ${asText(level)}
      <span>${asText(message)}</span> <small>${words.join(' ')}</small>
    </li>`
  })
  return html`<section>
    <h2>Its log lines</h2>
    <ol class="lines">
      ${shown}
    </ol>
  </section>`
}
