// A trace as a waterfall of its spans, as SVG: parents above children, failed ones in red.
import { html } from './html.ts'
import type { Html } from './html.ts'
import type { SpanPicture } from './pictures.ts'

const WIDTH = 1_000
const NAMES = 380
const ROW = 22
const MAX_SPANS = 80

export function waterfall(spans: readonly SpanPicture[]): Html {
  const rows = inTreeOrder(spans).slice(0, MAX_SPANS)
  const fromMs = Math.min(...rows.map(({ span }) => span.fromMs))
  const toMs = Math.max(...rows.map(({ span }) => span.toMs), fromMs + 0.001)
  const x = (atMs: number) => NAMES + ((WIDTH - NAMES - 70) * (atMs - fromMs)) / (toMs - fromMs)
  return html`<svg viewBox="0 0 ${WIDTH} ${rows.length * ROW + 4}" role="img" aria-label="Waterfall of the trace">
    ${rows.map(({ span, depth }, i) => {
      const y = i * ROW
      const width = Math.max(2, x(span.toMs) - x(span.fromMs))
      return html`<g class="span ${span.failed ? 'failed' : ''}">
        <title>${span.service} ${span.name}</title>
        <text x="${4 + depth * 12}" y="${y + 15}" class="span-name"
          ><tspan class="service">${span.service}</tspan> ${span.name}</text
        >
        <rect x="${x(span.fromMs).toFixed(1)}" y="${y + 4}" width="${width.toFixed(1)}" height="${ROW - 8}" rx="2" />
        <text x="${Math.min(WIDTH - 66, x(span.fromMs) + width + 4).toFixed(1)}" y="${y + 15}" class="span-time"
          >${formatMs(span.toMs - span.fromMs)}</text
        ></g
      >`
    })}
  </svg>`
}

const formatMs = (ms: number) => (ms >= 1_000 ? `${(ms / 1_000).toFixed(2)} s` : `${ms.toFixed(1)} ms`)

function inTreeOrder(spans: readonly SpanPicture[]): { span: SpanPicture; depth: number }[] {
  const known = new Set(spans.map(({ spanId }) => spanId))
  const children = Map.groupBy(spans, ({ parentSpanId }) => (known.has(parentSpanId) ? parentSpanId : ''))
  const below = (parent: string, depth: number): { span: SpanPicture; depth: number }[] =>
    (children.get(parent) ?? [])
      .toSorted((a, b) => a.fromMs - b.fromMs)
      .flatMap((span) => [{ span, depth }, ...below(span.spanId, depth + 1)])
  return below('', 0)
}
