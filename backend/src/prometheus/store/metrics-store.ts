import { encodeWriteV1, type MetricMetadata, type WriteExemplar } from '@playground/protocol/remote-write'
import { TenantStore, type TenantStoreOptions } from '../../storage/index.ts'
import type { Labels } from '../labels/labels.ts'
import type { Matcher } from '../labels/matcher.ts'
import type { SampleSeries, SampleSource } from '../promql/eval/sample-series.ts'
import { copyOf, cutTo, mergeColumns } from './merge-columns.ts'
import type { MetricBlock } from './metric-block.ts'
import type { HeadSeries, MetricHead } from './metric-head.ts'
import { JOURNAL_FORMAT, metricsCodec } from './metrics-codec.ts'
import type { SampleColumns } from './sample-buffer.ts'
import type { SeriesContainer, StoredSeries } from './stored-series.ts'
import { toWriteRequest, type WriteBatch } from './write-batch.ts'

/** Blocks of about two hours, as Prometheus cuts them; small enough to replay at start (400k samples, under a second). */
const SEAL = { sealRows: 400_000, sealBytes: 48 * 2 ** 20, sealAgeMs: 2 * 3_600_000 }
/** Views keep their blocks open: 54 MB, about what the cache of blocks keeps. Copies of more cost a fifth of a query. */
const BLOCKS_VIEWED = 8
/** Metadata goes along from head to head; after a restart what the newest blocks know is added. */
const BLOCKS_WITH_METADATA = 3

type SampleQuery = {
  matchers: readonly Matcher[]
  minMs: number
  maxMs: number
  hold: ((samples: number) => void) | undefined
}

export type SeriesExemplars = { labels: Labels; exemplars: WriteExemplar[] }

/** Series of all tenants. Owns how they are found and put together; the generic store owns durability and retention. */
export class MetricsStore {
  readonly tenants: TenantStore<WriteBatch, MetricHead, undefined, MetricBlock>

  constructor(options: Partial<TenantStoreOptions>) {
    this.tenants = TenantStore.open(metricsCodec, { ...SEAL, ...options })
  }

  async append(tenant: string, batch: WriteBatch): Promise<void> {
    const payload = encodeWriteV1(toWriteRequest(batch))
    await this.tenants.append(tenant, { payload, format: JOURNAL_FORMAT, batch })
  }

  /** The series in the newest head, for checks at ingest. */
  headSeries(tenant: string, labels: Labels): HeadSeries | undefined {
    return this.tenants.select(tenant, { minMs: Infinity }).heads.at(-1)?.find(labels)
  }

  source(tenant: string): SampleSource {
    return { select: (matchers, minMs, maxMs, hold) => this.#samples(tenant, { matchers, minMs, maxMs, hold }) }
  }

  /** Label sets with at least one sample in the range, each once. */
  labelSets(tenant: string, matcherSets: readonly (readonly Matcher[])[], minMs: number, maxMs: number): Labels[] {
    const found = new Map<string, Labels>()
    for (const series of this.#matching(tenant, matcherSets, minMs, maxMs)) found.set(series.labels.key, series.labels)
    return [...found.values()]
  }

  /**
   * Label sets of the heads and blocks that reach into the range. Prometheus answers questions for label names and
   * values this coarsely, which spares it a look at every series' times.
   */
  *labelSetsNear(
    tenant: string,
    matcherSets: readonly (readonly Matcher[])[],
    minMs: number,
    maxMs: number,
  ): Generator<Labels> {
    for (const container of this.#containers(tenant, minMs, maxMs)) {
      for (const matchers of matcherSets) for (const { labels } of container.match(matchers)) yield labels
    }
  }

  /** Of all series of the heads and blocks that reach into the range. */
  labelNamesNear(tenant: string, minMs: number, maxMs: number): Set<string> {
    const names = new Set<string>()
    for (const container of this.#containers(tenant, minMs, maxMs))
      for (const name of container.labelNames()) names.add(name)
    return names
  }

  exemplars(
    tenant: string,
    matcherSets: readonly (readonly Matcher[])[],
    minMs: number,
    maxMs: number,
  ): SeriesExemplars[] {
    const found = new Map<string, SeriesExemplars>()
    for (const container of this.#containers(tenant, -Infinity, Infinity)) {
      for (const matchers of matcherSets) {
        for (const series of container.match(matchers)) {
          const inRange = series.exemplars().filter(({ timestampMs }) => timestampMs >= minMs && timestampMs <= maxMs)
          if (inRange.length === 0) continue
          const entry = found.get(series.labels.key) ?? { labels: series.labels, exemplars: [] }
          for (const exemplar of inRange) if (!entry.exemplars.includes(exemplar)) entry.exemplars.push(exemplar)
          found.set(series.labels.key, entry)
        }
      }
    }
    for (const entry of found.values()) entry.exemplars.sort((a, b) => a.timestampMs - b.timestampMs)
    return [...found.values()]
  }

  metadata(tenant: string): Map<string, MetricMetadata> {
    const { heads, blocks, open } = this.tenants.select(tenant)
    const all = new Map<string, MetricMetadata>()
    for (const block of blocks.slice(-BLOCKS_WITH_METADATA)) {
      for (const entry of open(block).metadata) all.set(entry.metricFamilyName, entry)
    }
    for (const head of heads) for (const [name, entry] of head.metadata) all.set(name, entry)
    return all
  }

  async close(): Promise<void> {
    await this.tenants.close()
  }

  /** Blocks are opened one after the other and only what is wanted of them is kept; series are put together when they are taken. */
  *#samples(tenant: string, { matchers, minMs, maxMs, hold }: SampleQuery): Generator<SampleSeries> {
    const parts = new Map<string, { labels: Labels; columns: SampleColumns[] }>()
    const { blocks } = this.tenants.select(tenant, { minMs, maxMs })
    for (const series of this.#matching(tenant, [matchers], minMs, maxMs)) {
      const view = cutTo(series.columns(), minMs, maxMs)
      if (view.timesMs.length === 0) continue
      hold?.(view.timesMs.length)
      const columns = blocks.length > BLOCKS_VIEWED ? copyOf(view) : view
      const entry = parts.get(series.labels.key)
      if (entry) entry.columns.push(columns)
      else parts.set(series.labels.key, { labels: series.labels, columns: [columns] })
    }
    for (const [key, { labels, columns }] of parts) {
      parts.delete(key)
      yield mergeColumns(labels, columns)
    }
  }

  *#matching(
    tenant: string,
    matcherSets: readonly (readonly Matcher[])[],
    minMs: number,
    maxMs: number,
  ): Generator<StoredSeries> {
    for (const container of this.#containers(tenant, minMs, maxMs)) {
      for (const matchers of matcherSets) {
        for (const series of container.match(matchers)) {
          if (series.maxMs >= minMs && series.minMs <= maxMs) yield series
        }
      }
    }
  }

  *#containers(tenant: string, minMs: number, maxMs: number): Generator<SeriesContainer> {
    const { blocks, heads, open } = this.tenants.select(tenant, { minMs, maxMs })
    for (const block of blocks) yield open(block)
    for (const head of heads) if (head.maxMs >= minMs && head.minMs <= maxMs) yield head
  }
}
