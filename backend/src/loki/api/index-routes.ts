import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { requestParams } from '../../http/index.ts'
import {
  compareByName,
  labelsKey,
  labelsObject,
  labelsOf,
  labelValue,
  type Label,
  type Labels,
} from '../logql/labels/labels.ts'
import type { MatrixSeries } from '../logql/metric/metric-query.ts'
import { QueryError } from '../logql/query-error.ts'
import type { LabelMatcher } from '../logql/syntax/ast.ts'
import { parseLogSelector, parseMatchers } from '../logql/syntax/index.ts'
import type { StreamRows } from '../logql/source.ts'
import { forEachRow } from './each-row.ts'
import { nowNs, type LokiContext } from './loki-context.ts'
import { orderedBounds, positive, step, type TimeBounds } from './query-params.ts'
import { metricData } from './result-json.ts'

export async function indexRoutes(app: FastifyInstance, context: LokiContext): Promise<void> {
  for (const method of ['GET', 'POST'] as const) {
    app.route({ method, url: '/loki/api/v1/index/stats', handler: (request, reply) => stats(context, request, reply) })
    app.route({
      method,
      url: '/loki/api/v1/index/volume',
      handler: async (request, reply) => {
        const params = requestParams(request)
        const bounds = orderedBounds(params, nowNs(context))
        const volumes = await volumesOf(context, request, reply, { params, bounds, stepNs: undefined })
        const timeMs = Number(bounds.end / 1_000_000n)
        const samples = volumes.map(({ labels, points }) => ({ labels, value: points[0]?.[1] ?? 0 }))
        return { status: 'success', data: { ...metricData({ kind: 'vector', timeMs, samples }), stats: {} } }
      },
    })
    app.route({
      method,
      url: '/loki/api/v1/index/volume_range',
      handler: async (request, reply) => {
        const params = requestParams(request)
        const bounds = orderedBounds(params, nowNs(context))
        const series = await volumesOf(context, request, reply, { params, bounds, stepNs: step(params, bounds) })
        return { status: 'success', data: { ...volumeData(series), stats: {} } }
      },
    })
  }
}

async function stats(context: LokiContext, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const params = requestParams(request)
  const { matchers, stages } = parseLogSelector(params.get('query') ?? '')
  if (stages.length > 0) throw new QueryError('only label matchers are supported')
  const bounds = orderedBounds(params, nowNs(context))
  const streams = new Set<string>()
  let [entries, bytes] = [0, 0]
  const chunks = await forEachRow(context, request, reply, {
    matchers,
    bounds,
    enter: (rows) => streams.add(rows.id),
    visit: (rows, row) => {
      entries++
      bytes += rows.lineBytes(row)
    },
  })
  return { streams: streams.size, chunks, bytes, entries }
}

interface VolumeGroup {
  readonly labels: Labels
  total: number
  readonly buckets: Map<number, number>
}

interface VolumeRequest {
  readonly params: URLSearchParams
  readonly bounds: TimeBounds
  readonly stepNs: number | undefined
}

/** Bytes of the lines by the labels asked for, largest first. */
async function volumesOf(
  context: LokiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { params, bounds, stepNs }: VolumeRequest,
): Promise<MatrixSeries[]> {
  const limit = positive(params, 'limit', 100)
  const query = params.get('query') ?? ''
  const matchers = query.replaceAll(' ', '') === '{}' ? [] : parseMatchers(query)
  const targets = (params.get('targetLabels') ?? '').split(',').filter((name) => name !== '')
  const groupsOf = volumeGroups({ matchers, targets, byLabels: params.get('aggregateBy') === 'labels' })
  const groups = new Map<string, VolumeGroup>()
  let current: { rows: StreamRows; groups: VolumeGroup[] } | undefined
  const enter = (rows: StreamRows): void => {
    const found = groupsOf(rows.labels).map((labels) => {
      const key = labelsKey(labels)
      const group = groups.get(key) ?? { labels, total: 0, buckets: new Map<number, number>() }
      groups.set(key, group)
      return group
    })
    current = { rows, groups: found }
  }
  const endMs = Number(bounds.end / 1_000_000n)
  const stepMs = stepNs === undefined ? undefined : stepNs / 1e6
  await forEachRow(context, request, reply, {
    matchers,
    bounds,
    enter,
    visit: (rows, row) => {
      const bytes = rows.lineBytes(row)
      const bucket = stepMs === undefined ? 0 : Math.floor(rows.timeMs(row) / stepMs)
      for (const group of current?.groups ?? []) {
        group.total += bytes
        group.buckets.set(bucket, (group.buckets.get(bucket) ?? 0) + bytes)
      }
    },
  })
  const found = [...groups.values()].filter(({ total }) => total > 0).sort((a, b) => b.total - a.total)
  const kept = largestOfEach(found, limit)
  return found
    .filter((group) => kept.has(group))
    .map((group) => ({
      labels: group.labels,
      points: [...group.buckets]
        .filter(([bucket]) => kept.get(group)?.has(bucket) === true)
        .sort(([a], [b]) => a - b)
        .map(([bucket, bytes]) => [bucketTime(bucket, stepMs, endMs), bytes] as const),
    }))
}

/** The limit holds for each bucket: which groups are among its largest. */
function largestOfEach(groups: readonly VolumeGroup[], limit: number): Map<VolumeGroup, Set<number>> {
  const kept = new Map<VolumeGroup, Set<number>>()
  for (const bucket of new Set(groups.flatMap(({ buckets }) => [...buckets.keys()]))) {
    const inBucket = groups.filter(({ buckets }) => buckets.has(bucket))
    inBucket.sort((a, b) => (b.buckets.get(bucket) ?? 0) - (a.buckets.get(bucket) ?? 0))
    for (const group of inBucket.slice(0, limit)) kept.set(group, (kept.get(group) ?? new Set()).add(bucket))
  }
  return kept
}

/** As in Loki, a range of which no series has two points is a vector. */
function volumeData(series: readonly MatrixSeries[]): { resultType: string; result: unknown } {
  if (series.some(({ points }) => points.length > 1)) return metricData({ kind: 'matrix', series })
  const result = series.map(({ labels, points }) => {
    const [timeMs = 0, bytes = 0] = points[0] ?? []
    return { metric: labelsObject(labels), value: [timeMs / 1000, String(bytes)] }
  })
  return { resultType: 'vector', result }
}

/** A bucket is a multiple of the step and bears the time of its last millisecond. */
function bucketTime(bucket: number, stepMs: number | undefined, endMs: number): number {
  const nextMs = stepMs === undefined ? Infinity : (bucket + 1) * stepMs
  return nextMs < endMs ? Math.ceil(nextMs) - 1 : endMs
}

/** By series: the target labels, or those the matchers name, or all. By labels: each label for itself, without its value. */
function volumeGroups({
  matchers,
  targets,
  byLabels,
}: {
  matchers: readonly LabelMatcher[]
  targets: readonly string[]
  byLabels: boolean
}): (labels: Labels) => Labels[] {
  const named = new Set(targets.length > 0 ? targets : matchers.map(({ name }) => name))
  const isNamed = ([name]: Label): boolean => named.size === 0 || named.has(name)
  if (byLabels) {
    return (labels) =>
      labels
        .filter((label) => targets.length === 0 || isNamed(label))
        .map(([name]) => labelsOf([[name, name]]).map(([key]) => [key, ''] as const))
  }
  return (labels) => {
    if (targets.some((name) => labelValue(labels, name) === '')) return []
    return [labels.filter(isNamed).toSorted(compareByName)]
  }
}
