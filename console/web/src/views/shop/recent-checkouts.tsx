import { Link } from '../../app/link.tsx'
import { logsHref, metricsHref, traceHref } from '../../app/view-links.ts'
import { formatNano } from '../../domain/duration.ts'
import { logsOfTrace } from '../../domain/span-links.ts'
import { formatClock, rangeAround } from '../../domain/time-range.ts'
import type { RecentCheckout } from './use-recent-checkouts.ts'

const latencyQuery =
  'histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket{http_route="/checkout"}[1m])))'

export function RecentCheckouts({
  checkouts,
  params,
}: {
  checkouts: readonly RecentCheckout[]
  params: URLSearchParams
}) {
  if (checkouts.length === 0) return <p className="faint">Checkouts sent from this browser appear here.</p>
  return (
    <ol className="recent-checkouts" aria-label="Recent checkouts">
      {checkouts.map((checkout) => (
        <Checkout key={`${checkout.atMs}${checkout.traceId}`} checkout={checkout} params={params} />
      ))}
    </ol>
  )
}

function Checkout({ checkout, params }: { checkout: RecentCheckout; params: URLSearchParams }) {
  const { status, orderId, traceId, detail, durationMs, atMs } = checkout
  const range = rangeAround(atMs, atMs)
  return (
    <li>
      <span className={`badge ${status < 400 ? 'badge-good' : 'badge-error'}`}>{status}</span>
      <span className="checkout-what" title={detail}>
        {detail ?? `order ${orderId ?? ''}`}
      </span>
      <span className="faint checkout-when">
        {formatClock(atMs).slice(0, -4)} · {formatNano(durationMs * 1e6)}
      </span>
      {traceId !== undefined && (
        <span className="checkout-links">
          <Link className="mono" href={traceHref(traceId, { range, from: params })} title={`Trace ${traceId}`}>
            {traceId.slice(0, 8)}
          </Link>
          <Link href={logsHref(logsOfTrace(traceId), { range, from: params })}>Logs</Link>
          <Link href={metricsHref([latencyQuery], { range, from: params })}>Metrics</Link>
        </span>
      )}
    </li>
  )
}
