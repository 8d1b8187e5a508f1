import './error-panel.css'

interface ErrorPanelProps {
  title: string
  error: Error
}

/** The API's own words: they are what a person searches for. */
export function ErrorPanel({ title, error }: ErrorPanelProps) {
  const status =
    'status' in error && typeof error.status === 'number' && error.status > 0 ? ` · HTTP ${error.status}` : ''
  return (
    <div className="error-panel" role="alert">
      <strong>
        {title}
        {status}
      </strong>
      <pre>{error.message}</pre>
    </div>
  )
}
