import type { MetricMetadata, WriteExemplar } from '@playground/protocol/remote-write'
import { ColumnReader, ColumnWriter, type SealedPart, type SectionReader, StringTable } from '../../storage/index.ts'
import { Labels } from '../labels/labels.ts'
import type { Matcher } from '../labels/matcher.ts'
import { HISTOGRAM_SAMPLE } from '../promql/eval/sample-series.ts'
import type { FloatHistogram } from '../promql/histogram/float-histogram.ts'
import { readExemplars, readMetadata, writeExemplars, writeMetadata } from './block-extras.ts'
import { packHistograms, unpackHistograms } from './block-histograms.ts'
import type { MetricHead } from './metric-head.ts'
import { matchesAll } from './postings.ts'
import type { SampleColumns } from './sample-buffer.ts'
import type { SeriesContainer, StoredSeries } from './stored-series.ts'

const LAYOUT = 1
/** Sections, so that looking up label values reads no samples. */
const SERIES = 0
const SAMPLES = 1
const EXTRAS = 2

export function sealHead(head: MetricHead): SealedPart {
  const series = head.series
  const columns = series.map((one) => one.columns())
  return {
    minMs: series.reduce((min, one) => Math.min(min, one.minMs), Infinity),
    maxMs: series.reduce((max, one) => Math.max(max, one.maxMs), -Infinity),
    rows: head.rows,
    index: new Uint8Array(0),
    sections: [writeSeries(head), writeSamples(columns), writeExtras(head, columns)],
  }
}

function writeSeries({ series }: MetricHead): Uint8Array {
  const strings = new StringTable()
  const refs: number[] = []
  for (const { labels } of series) for (const text of labels.flat) refs.push(strings.intern(text))
  return new ColumnWriter(LAYOUT)
    .strings('strings', strings.strings)
    .uint16(
      'labelCounts',
      Uint16Array.from(series, ({ labels }) => labels.size),
    )
    .uint32('labelRefs', Uint32Array.from(refs))
    .uint32(
      'sampleCounts',
      Uint32Array.from(series, ({ samples }) => samples.length),
    )
    .float64(
      'minMs',
      Float64Array.from(series, ({ minMs }) => minMs),
    )
    .float64(
      'maxMs',
      Float64Array.from(series, ({ maxMs }) => maxMs),
    )
    .finish()
}

function writeSamples(columns: readonly SampleColumns[]): Uint8Array {
  const total = columns.reduce((sum, { timesMs }) => sum + timesMs.length, 0)
  const timesMs = new Float64Array(total)
  const values = new Float64Array(total)
  const kinds = new Uint8Array(total)
  let at = 0
  for (const part of columns) {
    timesMs.set(part.timesMs, at)
    values.set(part.values, at)
    kinds.set(part.kinds, at)
    at += part.timesMs.length
  }
  return new ColumnWriter(LAYOUT).deltas('timesMs', timesMs).float64('values', values).uint8('kinds', kinds).finish()
}

function writeExtras(head: MetricHead, columns: readonly SampleColumns[]): Uint8Array {
  const writer = new ColumnWriter(LAYOUT)
  writer.float64('histograms', packHistograms(columns.flatMap(histogramsOf)))
  writeExemplars(writer, head.series)
  writeMetadata(writer, head.metadata.values())
  return writer.finish()
}

function histogramsOf({ kinds, histograms }: SampleColumns): FloatHistogram[] {
  const out: FloatHistogram[] = []
  for (const [i, kind] of kinds.entries()) {
    const histogram = kind === HISTOGRAM_SAMPLE ? histograms?.[i] : undefined
    if (histogram) out.push(histogram)
  }
  return out
}

/** A sealed head, read section by section as far as it is asked for. */
export class MetricBlock implements SeriesContainer {
  readonly #sections: SectionReader
  #series: BlockSeries[] | undefined
  #names: ReadonlySet<string> | undefined
  #samples: SampleColumns | undefined
  #extras: { exemplars: Map<number, WriteExemplar[]>; metadata: MetricMetadata[] } | undefined

  constructor(sections: SectionReader) {
    this.#sections = sections
  }

  *match(matchers: readonly Matcher[]): Generator<StoredSeries> {
    for (const series of this.#loadSeries()) if (matchesAll(matchers, series.labels)) yield series
  }

  labelNames(): Iterable<string> {
    if (this.#names) return this.#names
    const names = new Set<string>()
    for (const { labels } of this.#loadSeries()) for (const [name] of labels.entries()) names.add(name)
    return (this.#names = names)
  }

  get metadata(): MetricMetadata[] {
    return this.#loadExtras().metadata
  }

  columnsBetween(from: number, to: number): SampleColumns {
    const all = this.#loadSamples()
    return {
      timesMs: all.timesMs.subarray(from, to),
      values: all.values.subarray(from, to),
      kinds: all.kinds.subarray(from, to),
      histograms: all.histograms?.slice(from, to),
    }
  }

  exemplarsOf(position: number): readonly WriteExemplar[] {
    return this.#loadExtras().exemplars.get(position) ?? []
  }

  #loadSeries(): BlockSeries[] {
    if (this.#series) return this.#series
    const columns = new ColumnReader(this.#sections.read(SERIES), LAYOUT)
    const strings = columns.strings('strings')
    const refs = columns.uint32('labelRefs')
    const sampleCounts = columns.uint32('sampleCounts')
    const [minMs, maxMs] = [columns.float64('minMs'), columns.float64('maxMs')]
    let label = 0
    let sample = 0
    this.#series = Array.from(columns.uint16('labelCounts'), (count, i) => {
      const flat = Array.from(refs.subarray(label, (label += 2 * count)), (ref) => strings[ref] ?? '')
      const from = sample
      sample += sampleCounts[i] ?? 0
      return new BlockSeries(
        this,
        i,
        Labels.fromSortedFlat(flat),
        from,
        sample,
        minMs[i] ?? Infinity,
        maxMs[i] ?? -Infinity,
      )
    })
    this.#sections.charge(this.#series.length * 200 + refs.length * 16)
    return this.#series
  }

  #loadSamples(): SampleColumns {
    if (this.#samples) return this.#samples
    const columns = new ColumnReader(this.#sections.read(SAMPLES), LAYOUT)
    const timesMs = columns.deltas('timesMs')
    const kinds = columns.uint8('kinds')
    this.#sections.charge(timesMs.byteLength)
    const histograms = kinds.includes(HISTOGRAM_SAMPLE) ? this.#loadHistograms(kinds) : undefined
    this.#samples = { timesMs, values: columns.float64('values'), kinds, histograms }
    return this.#samples
  }

  #loadHistograms(kinds: Uint8Array): (FloatHistogram | undefined)[] {
    const packed = new ColumnReader(this.#sections.read(EXTRAS), LAYOUT).float64('histograms')
    const histograms = unpackHistograms(packed)
    this.#sections.charge(packed.byteLength * 2)
    return Array.from(kinds, (kind) => {
      if (kind !== HISTOGRAM_SAMPLE) return undefined
      const next = histograms.next()
      return next.done ? undefined : next.value
    })
  }

  #loadExtras(): { exemplars: Map<number, WriteExemplar[]>; metadata: MetricMetadata[] } {
    if (this.#extras) return this.#extras
    const columns = new ColumnReader(this.#sections.read(EXTRAS), LAYOUT)
    this.#extras = { exemplars: readExemplars(columns), metadata: readMetadata(columns) }
    return this.#extras
  }
}

class BlockSeries implements StoredSeries {
  readonly labels: Labels
  readonly minMs: number
  readonly maxMs: number
  readonly #block: MetricBlock
  readonly #position: number
  readonly #from: number
  readonly #to: number

  constructor(
    block: MetricBlock,
    position: number,
    labels: Labels,
    from: number,
    to: number,
    minMs: number,
    maxMs: number,
  ) {
    this.#block = block
    this.#position = position
    this.labels = labels
    this.#from = from
    this.#to = to
    this.minMs = minMs
    this.maxMs = maxMs
  }

  columns(): SampleColumns {
    return this.#block.columnsBetween(this.#from, this.#to)
  }

  exemplars(): readonly WriteExemplar[] {
    return this.#block.exemplarsOf(this.#position)
  }
}
