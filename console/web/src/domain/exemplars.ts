interface ExemplarLike {
  seriesLabels: Record<string, string>
  labels: Record<string, string>
  value: number
  timestampMs: number
}

export interface TracedExemplar {
  timestampMs: number
  value: number
  traceId: string
  /** Series labels and the exemplar's own. */
  labels: Record<string, string>
}

/** Each bucket of a histogram repeats its exemplar: one dot for one measured value. Newest first. */
export function exemplarPoints(exemplars: readonly ExemplarLike[]): TracedExemplar[] {
  const points = new Map<string, TracedExemplar>()
  for (const { seriesLabels, labels, value, timestampMs } of exemplars) {
    // The OpenTelemetry and the older Tempo spelling.
    const traceId = labels.trace_id ?? labels.traceID ?? labels.traceId
    if (traceId === undefined || traceId === '') continue
    points.set(`${traceId} ${timestampMs} ${value}`, {
      timestampMs,
      value,
      traceId,
      labels: { ...seriesLabels, ...labels },
    })
  }
  return [...points.values()].sort((a, b) => b.timestampMs - a.timestampMs)
}
