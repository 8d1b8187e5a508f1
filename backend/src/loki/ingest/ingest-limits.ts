/** What one entry and one stream may be; the figures are Loki's defaults unless said otherwise. */
export interface IngestLimits {
  readonly maxLineBytes: number
  readonly maxLabelNames: number
  readonly maxLabelNameLength: number
  readonly maxLabelValueLength: number
  readonly maxMetadataBytes: number
  readonly maxMetadataCount: number
  /** How far ahead of the clock a timestamp may be. Loki: 10 minutes; here a day, for replays. */
  readonly maxFutureMs: number
}

export const defaultIngestLimits: IngestLimits = {
  maxLineBytes: 256 * 1024,
  maxLabelNames: 15,
  maxLabelNameLength: 1024,
  maxLabelValueLength: 2048,
  maxMetadataBytes: 64 * 1024,
  maxMetadataCount: 128,
  maxFutureMs: 24 * 3_600_000,
}
