// The phases of a run as bands over the charts of the shop, on one time axis, as SVG.
import type { PhaseRecord } from '../phase.ts'
import type { RunReport } from '../run-report.ts'
import type { Window } from '../store-queries.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { Chart, Pictures, Series } from './pictures.ts'

const WIDTH = 1_000
const LEFT = 64
const CHART = 96
const GAP = 34
const TOP = 40

type Scale = (atMs: number) => number

export function timeline(report: RunReport, { window, charts }: Pictures): Html {
  const x = scaleOf(window)
  const customersTop = TOP + charts.length * (CHART + GAP)
  const bottom = customersTop + CHART
  return html`<svg
    viewBox="0 0 ${WIDTH} ${bottom + 24}"
    role="img"
    aria-label="Phases of the run over rate, errors and duration of the shop"
  >
    ${report.phases.map((phase) => band(phase, x, bottom))}
    ${charts.map((chart, i) => drawChart(chart, x, TOP + i * (CHART + GAP)))} ${customers(report, x, customersTop)}
    ${report.symptom === undefined ? undefined : mark(report.symptom.seenAtMs, x, bottom)} ${ticks(window, x, bottom)}
  </svg>`
}

function scaleOf({ fromMs, toMs }: Window): Scale {
  return (atMs) => LEFT + ((WIDTH - LEFT - 8) * (atMs - fromMs)) / (toMs - fromMs)
}

function band({ name, startedAtMs, endedAtMs }: PhaseRecord, x: Scale, bottom: number): Html {
  const width = Math.max(2, x(endedAtMs) - x(startedAtMs))
  const at = x(startedAtMs)
  // Too narrow for its name: it is told by the pointer.
  const label =
    width > 7 * name.length ? html`<text x="${at + width / 2}" y="16" class="phase-name">${name}</text>` : undefined
  return html`<g>
    <title>${name} ${((endedAtMs - startedAtMs) / 1_000).toFixed(1)} s</title>
    <rect x="${at}" y="22" width="${width}" height="${bottom - 22}" class="phase ${name}" />${label}</g
  >`
}

function drawChart({ title, unit, series }: Chart, x: Scale, top: number): Html {
  const highest = niceAbove(Math.max(0, ...series.flatMap(({ points }) => points.map(({ value }) => value))))
  const y = (value: number) => top + CHART - (CHART * value) / highest
  const line = ({ points }: Series) =>
    html`<polyline
      class="line ${title === 'Errors' ? 'bad' : 'good'}"
      points="${points.map(({ atMs, value }) => `${x(atMs).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}"
      ><title>${title}</title></polyline
    >`
  return html`${frame(title, unit, highest, top)}${series.map(line)}`
}

function frame(title: string, unit: string, highest: number, top: number): Html {
  return html`<text x="${LEFT}" y="${top - 6}" class="chart-title">${title} <tspan class="unit">${unit}</tspan></text>
    <line x1="${LEFT}" x2="${WIDTH - 8}" y1="${top + CHART}" y2="${top + CHART}" class="axis" />
    <text x="${LEFT - 6}" y="${top + 10}" class="number">${highest}</text>
    <text x="${LEFT - 6}" y="${top + CHART}" class="number">0</text>`
}

/** Each customer of the run, at the moment of arrival and as high as the wait was long. */
function customers({ requests }: RunReport, x: Scale, top: number): Html {
  const highest = niceAbove(Math.max(0.1, ...requests.map(({ durationMs }) => durationMs / 1_000)))
  const dots = requests.map(({ number, method, path, status, sentAtMs, durationMs, hit, phase }) => {
    const kind = status === 0 || status >= 500 ? 'bad' : hit && phase === 'load' ? 'hit' : 'good'
    const y = top + CHART - (CHART * durationMs) / 1_000 / highest
    return html`<circle cx="${x(sentAtMs).toFixed(1)}" cy="${y.toFixed(1)}" r="3.5" class="dot ${kind}"
      ><title>
        customer ${number}: ${method} ${path} answered ${status} after ${Math.round(durationMs)} ms
      </title></circle
    >`
  })
  return html`${frame('Customers of this run', 's until the answer', highest, top)}${dots}`
}

function mark(atMs: number, x: Scale, bottom: number): Html {
  return html`<g
    ><title>first symptom seen</title><line x1="${x(atMs)}" x2="${x(atMs)}" y1="22" y2="${bottom}" class="symptom" />
    <text x="${x(atMs) + 4}" y="34" class="symptom-name">first symptom</text></g
  >`
}

function ticks({ fromMs, toMs }: Window, x: Scale, bottom: number): Html[] {
  const seconds = (toMs - fromMs) / 1_000
  const step = [1, 2, 5, 10, 15, 30, 60, 120].find((candidate) => seconds / candidate <= 14) ?? 300
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, i) => i * step).map(
    (second) => html`<text x="${x(fromMs + second * 1_000)}" y="${bottom + 16}" class="tick">${second} s</text>`,
  )
}

/** 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 5, 10].find((candidate) => candidate * power >= value) ?? 10
  return Number((step * power).toPrecision(1))
}
