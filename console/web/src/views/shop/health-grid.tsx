import type { ApiError } from '../../api/api-error.ts'
import type { ComponentHealth } from '../../api/shop-client.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'

const colours: Record<string, string> = { up: 'var(--good)', down: 'var(--error)' }

export function HealthGrid({
  components,
  error,
}: {
  components: readonly ComponentHealth[] | undefined
  error: ApiError | undefined
}) {
  return (
    <section className="panel shop-wide" aria-label="Components">
      <div className="panel-head">
        <h2>Components</h2>
      </div>
      {error !== undefined && <ErrorPanel title="No health" error={error} />}
      <ul className="health-grid">
        {(components ?? []).map(({ name, status, latencyMs, detail, url }) => (
          <li key={name} title={url}>
            <span className="dot" style={{ '--dot': colours[status] ?? 'var(--warn)' }} />
            <span className="health-name">{name}</span>
            <span className={status === 'up' ? 'faint' : 'health-status'}>
              {status === 'up' ? `${latencyMs} ms` : status}
            </span>
            {detail !== '' && <span className="health-detail">{detail}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}
