import { detectReset } from '../histogram/counter-reset.ts'
import { FloatHistogram } from '../histogram/float-histogram.ts'
import { HISTOGRAM_SAMPLE, type SampleSeries } from './sample-series.ts'

/**
 * Count and sum of a histogram, for queries that want no more. Whether the counter was reset is decided here, because
 * it cannot be told any more afterwards.
 */
function statsOnlyHistogram(histogram: FloatHistogram, previous: FloatHistogram | undefined): FloatHistogram {
  const { schema, count, sum } = histogram
  let { resetHint } = histogram
  if (resetHint === 'unknown' && previous) resetHint = detectReset(histogram, previous) ? 'reset' : 'not-reset'
  return new FloatHistogram({ resetHint, schema, count, sum })
}

export function statsOnlySeries(series: SampleSeries): SampleSeries {
  const { histograms, kinds } = series
  if (!histograms) return series
  let previous: FloatHistogram | undefined
  const reduced = histograms.map((histogram, i) => {
    if (!histogram || kinds[i] !== HISTOGRAM_SAMPLE) return undefined
    const stats = statsOnlyHistogram(histogram, previous)
    previous = histogram
    return stats
  })
  return { ...series, histograms: reduced }
}
