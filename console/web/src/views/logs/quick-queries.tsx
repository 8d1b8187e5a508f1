import { Link } from '../../app/link.tsx'
import { logsHref } from '../../app/view-links.ts'

const queries = [
  { label: 'All services', query: '{service_name=~".+"}' },
  { label: 'Errors', query: '{service_name=~".+", level="error"}' },
  { label: 'Database timeouts', query: '{service_name=~".+"} |= "database connection timeout"' },
  { label: 'Checkouts', query: '{service_name="checkout"} |= "User checkout process started"' },
  { label: 'Error rate', query: 'sum by (service_name) (rate({service_name=~".+", level="error"} [1m]))' },
]

export function QuickQueries({ params }: { params: URLSearchParams }) {
  return (
    <nav className="quick-queries" aria-label="Examples">
      {queries.map(({ label, query }) => (
        <Link key={label} className="button button-quiet button-small" href={logsHref(query, { from: params })}>
          {label}
        </Link>
      ))}
    </nav>
  )
}
