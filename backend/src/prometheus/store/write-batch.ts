import type {
  MetricMetadata,
  NativeHistogram,
  WriteExemplar,
  WriteRequest,
  WriteSample,
} from '@playground/protocol/remote-write'
import { Labels } from '../labels/labels.ts'

/** What the store takes in: validated, one entry a series. */
export type WriteBatch = { series: SeriesWrite[]; metadata: MetricMetadata[] }

export type SeriesWrite = {
  labels: Labels
  samples: WriteSample[]
  histograms: NativeHistogram[]
  exemplars: WriteExemplar[]
}

export function toWriteRequest({ series, metadata }: WriteBatch): WriteRequest {
  return { metadata, series: series.map(({ labels, ...rest }) => ({ labels: [...labels.entries()], ...rest })) }
}

/** Of a request that was validated before it was written to the journal. */
export function toWriteBatch({ series, metadata }: WriteRequest): WriteBatch {
  return {
    metadata,
    series: series.map(({ labels, samples, histograms, exemplars }) => ({
      labels: Labels.from(labels),
      samples,
      histograms,
      exemplars,
    })),
  }
}
