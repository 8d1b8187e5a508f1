import { Suspense, lazy, useEffect } from 'react'
import { EmptyState } from '../components/empty-state.tsx'
import { AppHeader } from './app-header.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { HealthProvider } from './health.tsx'
import { Link } from './link.tsx'
import { usePageLocation } from './page-location.ts'

const ShopView = lazy(async () => ({ default: (await import('../views/shop/shop-view.tsx')).ShopView }))
const LogsView = lazy(async () => ({ default: (await import('../views/logs/logs-view.tsx')).LogsView }))
const TraceSearchView = lazy(async () => ({
  default: (await import('../views/traces/trace-search-view.tsx')).TraceSearchView,
}))
const TraceView = lazy(async () => ({ default: (await import('../views/traces/trace-view.tsx')).TraceView }))
const MetricsView = lazy(async () => ({ default: (await import('../views/metrics/metrics-view.tsx')).MetricsView }))

export function App() {
  const { path } = usePageLocation()
  const [, view = '', detail] = path.split('/')
  const title = detail === undefined ? view || 'shop' : `trace ${detail.slice(0, 8)}`

  useEffect(() => {
    document.title = `${title.charAt(0).toUpperCase()}${title.slice(1)} · Observability playground`
  }, [title])

  return (
    <HealthProvider>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <AppHeader view={view} />
      <main id="main" tabIndex={-1}>
        <ErrorBoundary key={path}>
          <Suspense fallback={<div className="view-loading" role="status" aria-label="Loading" />}>
            <View view={view} detail={detail} />
          </Suspense>
        </ErrorBoundary>
      </main>
    </HealthProvider>
  )
}

function View({ view, detail }: { view: string; detail: string | undefined }) {
  switch (view) {
    case '':
      return <ShopView />
    case 'logs':
      return <LogsView />
    case 'traces':
      return detail === undefined || detail === '' ? <TraceSearchView /> : <TraceView traceId={detail} />
    case 'metrics':
      return <MetricsView />
    default:
      return (
        <EmptyState title="No such view">
          <Link href="/">Go to the shop</Link>
        </EmptyState>
      )
  }
}
