export function MetricsView({ traceId }: { traceId?: string }) {
  return <p>{traceId}</p>
}
