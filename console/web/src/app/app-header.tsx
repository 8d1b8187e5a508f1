import { useHealth } from './health.tsx'
import { Link } from './link.tsx'
import { keptParams, usePageLocation } from './page-location.ts'
import { TenantField } from './tenant-field.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

const views = [
  { view: '', label: 'Shop' },
  { view: 'logs', label: 'Logs' },
  { view: 'traces', label: 'Traces' },
  { view: 'metrics', label: 'Metrics' },
] as const

export function AppHeader({ view: current }: { view: string }) {
  const { params } = usePageLocation()
  const kept = new URLSearchParams(keptParams(params)).toString()
  return (
    <header className="app-header">
      <Link className="wordmark" href="/" aria-label="Observability playground, home">
        <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true">
          <path d="M2 4h8M5 8h9M7 12h5" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
        </svg>
        <span>playground</span>
      </Link>
      <nav aria-label="Views">
        {views.map(({ view, label }) => (
          <Link
            key={view}
            href={kept === '' ? `/${view}` : `/${view}?${kept}`}
            aria-current={view === current ? 'page' : undefined}
          >
            {label}
          </Link>
        ))}
      </nav>
      <div className="app-header-end">
        <TenantField />
        <HealthSummary />
        <ThemeSwitch />
      </div>
    </header>
  )
}

function HealthSummary() {
  const { value, error } = useHealth()
  const total = value?.length ?? 0
  const up = value?.filter(({ status }) => status === 'up').length ?? 0
  const down = value?.filter(({ status }) => status !== 'up').map(({ name }) => name) ?? []
  const text = error !== undefined ? 'no answer' : value === undefined ? '…' : `${up}/${total} up`
  const colour =
    error !== undefined || down.length > 0 ? 'var(--error)' : value === undefined ? 'var(--ink-faint)' : 'var(--good)'
  return (
    <Link
      className="health-summary"
      href="/"
      title={down.length > 0 ? `Not up: ${down.join(', ')}` : 'Every component answers'}
    >
      <span className="dot" style={{ '--dot': colour }} />
      <span>{text}</span>
    </Link>
  )
}
