import {
  type LabelPair,
  METRIC_TYPES,
  type MetricMetadata,
  type WriteExemplar,
} from '@playground/protocol/remote-write'
import type { ColumnReader, ColumnWriter } from '../../storage/index.ts'
import type { StoredSeries } from './stored-series.ts'

/** Exemplars of all series of a block: which series, when, what value, and labels as name, value, name, value... */
export function writeExemplars(writer: ColumnWriter, series: readonly StoredSeries[]): void {
  const owners: number[] = []
  const all: WriteExemplar[] = []
  for (const [i, one] of series.entries()) {
    for (const exemplar of one.exemplars()) {
      owners.push(i)
      all.push(exemplar)
    }
  }
  writer
    .uint32('exemplarSeries', Uint32Array.from(owners))
    .float64(
      'exemplarTimes',
      Float64Array.from(all, ({ timestampMs }) => timestampMs),
    )
    .float64(
      'exemplarValues',
      Float64Array.from(all, ({ value }) => value),
    )
    .uint16(
      'exemplarLabelCounts',
      Uint16Array.from(all, ({ labels }) => labels.length),
    )
    .strings(
      'exemplarLabels',
      all.flatMap(({ labels }) => labels.flat()),
    )
}

/** By position of the series. */
export function readExemplars(columns: ColumnReader): Map<number, WriteExemplar[]> {
  const bySeries = new Map<number, WriteExemplar[]>()
  const [times, values] = [columns.float64('exemplarTimes'), columns.float64('exemplarValues')]
  const counts = columns.uint16('exemplarLabelCounts')
  const texts = columns.strings('exemplarLabels')
  let at = 0
  for (const [i, owner] of columns.uint32('exemplarSeries').entries()) {
    const labels = Array.from({ length: counts[i] ?? 0 }, (): LabelPair => [texts[at++] ?? '', texts[at++] ?? ''])
    const list = bySeries.get(owner) ?? []
    list.push({ labels, value: values[i] ?? NaN, timestampMs: times[i] ?? 0 })
    bySeries.set(owner, list)
  }
  return bySeries
}

export function writeMetadata(writer: ColumnWriter, metadata: Iterable<MetricMetadata>): void {
  const all = [...metadata]
  writer
    .strings(
      'metadataNames',
      all.map(({ metricFamilyName }) => metricFamilyName),
    )
    .uint8(
      'metadataTypes',
      Uint8Array.from(all, ({ type }) => METRIC_TYPES.indexOf(type)),
    )
    .strings(
      'metadataHelp',
      all.map(({ help }) => help),
    )
    .strings(
      'metadataUnits',
      all.map(({ unit }) => unit),
    )
}

export function readMetadata(columns: ColumnReader): MetricMetadata[] {
  const [types, help, units] = [
    columns.uint8('metadataTypes'),
    columns.strings('metadataHelp'),
    columns.strings('metadataUnits'),
  ]
  return columns.strings('metadataNames').map((metricFamilyName, i) => ({
    metricFamilyName,
    type: METRIC_TYPES[types[i] ?? 0] ?? 'unknown',
    help: help[i] ?? '',
    unit: units[i] ?? '',
  }))
}
