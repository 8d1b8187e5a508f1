import { Link } from '../../app/link.tsx'
import { logsHref, metricsHref, traceHref, tracesHref } from '../../app/view-links.ts'
import { useServiceLabel } from '../../app/use-service-label.ts'
import { CopyButton } from '../../components/copy-button.tsx'
import { ServiceName } from '../../components/service-name.tsx'
import { formatNano } from '../../domain/duration.ts'
import { logsOfSpan, operationMetrics, spanRange } from '../../domain/span-links.ts'
import { formatClock } from '../../domain/time-range.ts'
import type { Span } from '../../domain/trace.ts'
import type { TraceTree } from '../../domain/trace-tree.ts'
import { AttributeTable } from './attribute-table.tsx'
import { SpanEvents } from './span-events.tsx'
import './span-details.css'

interface SpanDetailsProps {
  span: Span
  tree: TraceTree
  params: URLSearchParams
  onClose: () => void
}

export function SpanDetails({ span, tree, params, onClose }: SpanDetailsProps) {
  const serviceLabel = useServiceLabel(params.get('tenant') ?? undefined)
  const range = spanRange(span)
  const sameOperation = `{ resource.service.name = ${JSON.stringify(span.service)} && name = ${JSON.stringify(span.name)} }`
  return (
    <aside className="panel span-details" aria-label="Span">
      <div className="panel-head">
        <h2>
          <ServiceName name={span.service} /> {span.name}
        </h2>
        <button type="button" className="button button-quiet button-small" onClick={onClose}>
          Close
        </button>
      </div>
      <div className="span-actions">
        <Link className="button button-small" href={logsHref(logsOfSpan(span), { range, from: params })}>
          Logs of this span
        </Link>
        {operationMetrics(span, serviceLabel).map(({ label, queries }) => (
          <Link key={label} className="button button-small" href={metricsHref(queries, { range, from: params })}>
            {label}
          </Link>
        ))}
        <Link className="button button-small" href={tracesHref(sameOperation, { range, from: params })}>
          Traces like this
        </Link>
      </div>
      <dl className="span-facts">
        <div>
          <dt>Status</dt>
          <dd>
            <span
              className={`badge ${span.status === 'error' ? 'badge-error' : span.status === 'ok' ? 'badge-good' : ''}`}
            >
              {span.status}
            </span>{' '}
            {span.statusMessage}
          </dd>
        </div>
        <div>
          <dt>Duration</dt>
          <dd>{formatNano(span.durationNano)}</dd>
        </div>
        <div>
          <dt>Start</dt>
          <dd>
            {formatClock(Number(span.startTimeUnixNano / 1_000_000n))}{' '}
            <span className="faint">+{formatNano(span.startTimeUnixNano - tree.startTimeUnixNano)}</span>
          </dd>
        </div>
        <div>
          <dt>Kind</dt>
          <dd>{span.kind}</dd>
        </div>
        <div>
          <dt>Span id</dt>
          <dd>
            <span className="mono">{span.spanId}</span> <CopyButton text={span.spanId} label="Copy the span id" />
          </dd>
        </div>
      </dl>
      <SpanEvents span={span} />
      <AttributeTable title="Attributes" scope="span" attributes={span.attributes} params={params} isOpen />
      <AttributeTable title="Resource" scope="resource" attributes={span.resource} params={params} />
      {span.scope.name !== '' && (
        <p className="span-scope faint">
          Recorded by {span.scope.name} {span.scope.version}
          {span.traceState !== '' && `, tracestate ${span.traceState}`}
        </p>
      )}
      {span.links.length > 0 && (
        <section className="span-links">
          <h3>Links</h3>
          <ul>
            {span.links.map((link) => (
              <li key={`${link.traceId}${link.spanId}`}>
                <Link className="mono" href={traceHref(link.traceId, { spanId: link.spanId, from: params })}>
                  {link.traceId} / {link.spanId}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  )
}
