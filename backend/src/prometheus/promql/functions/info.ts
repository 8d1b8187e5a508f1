import { type Labels, METRIC_NAME } from '../../labels/labels.ts'
import { Matcher } from '../../labels/matcher.ts'
import { PromqlExecutionError } from '../errors.ts'
import { eachInstant, instantBounds } from '../eval/select-instant.ts'
import { settleLabels } from '../eval/merge-series.ts'
import { HISTOGRAM_SAMPLE } from '../eval/sample-series.ts'
import { Series } from '../eval/series.ts'
import type { CallNode, PlanNode, SelectNode, Timing } from '../plan/plan-node.ts'
import { argument, argumentNode, type VectorCall, type VectorFunction } from './vector-function.ts'

const IDENTIFYING = new Set(['instance', 'job'])
const TARGET_INFO = new Matcher(METRIC_NAME, '=', 'target_info')

/** An info series at each step: when its valid sample was taken, NaN where there is none. */
type InfoSeries = { labels: Labels; name: string; identity: string; sampledMs: Float64Array }

/** Adds the labels of info metrics (target_info) of the same instance and job. */
export const info: VectorFunction = async (call) => {
  const operand = await argument(call, 0)
  const selector = dataSelector(call.node)
  const names = nameMatchers(selector)
  const dataMatchers = selector.filter(({ name }) => name !== METRIC_NAME)
  const isInfo = (labels: Labels) => names.every((matcher) => matcher.matches(labels.metricName))
  const bases = operand.filter(({ labels }) => !isInfo(labels))
  const infos = bases.length > 0 ? loadInfo(call, bases, [...names, ...dataMatchers]) : []
  const out = operand.filter(({ labels }) => isInfo(labels))
  for (const base of bases) out.push(...enrich(base, infos, dataMatchers))
  return settleLabels(call.evaluator.context, out)
}

function dataSelector(node: CallNode): readonly Matcher[] {
  if (node.args.length < 2) return []
  const arg = argumentNode(node, 1)
  const inner = arg.kind === 'invariant' ? arg.expr : arg
  return inner.kind === 'select' ? inner.matchers : []
}

/** Which metrics are info metrics: what the selector says of names, otherwise target_info. */
function nameMatchers(selector: readonly Matcher[]): Matcher[] {
  const named = selector.filter(({ name }) => name === METRIC_NAME)
  if (named.some(({ operator }) => operator === '=' || operator === '=~')) return named
  return named.length > 0 ? [new Matcher(METRIC_NAME, '=~', '.+_info'), ...named] : [TARGET_INFO]
}

function loadInfo(call: VectorCall, bases: readonly Series[], matchers: readonly Matcher[]): InfoSeries[] {
  const {
    evaluator: { context },
    timeline,
  } = call
  const identities = [...IDENTIFYING].flatMap((name) => {
    const values = new Set(bases.map(({ labels }) => labels.get(name)).filter((value) => value !== ''))
    return values.size === 0 ? [] : [new Matcher(name, '=~', [...values].map(escapeRegexp).join('|'))]
  })
  if (identities.length === 0) return []
  const node: SelectNode = {
    kind: 'select',
    type: 'vector',
    pos: call.node.pos,
    statsOnly: false,
    matchers: [...identities, ...matchers],
    timing: timingOf(argumentNode(call.node, 0)),
  }
  const { minMs, maxMs } = instantBounds(node, timeline, context.lookbackMs)
  return Array.from(context.source.select(node.matchers, minMs, maxMs, context.holdLoaded), (stored) => {
    context.hold(timeline.length)
    const sampledMs = new Float64Array(timeline.length).fill(NaN)
    eachInstant(stored, node, timeline, context.lookbackMs, (step, position) => {
      if (stored.kinds[position] === HISTOGRAM_SAMPLE) {
        throw new PromqlExecutionError(`this should be an info metric, with float samples: ${stored.labels.toString()}`)
      }
      sampledMs[step] = stored.timesMs[position] ?? NaN
    })
    return { labels: stored.labels, name: stored.labels.metricName, identity: identityOf(stored.labels), sampledMs }
  })
}

/** Info metrics are read at the time of the first selector of the enriched expression. */
function timingOf(node: PlanNode): Timing {
  return firstTiming(node, undefined) ?? { offsetMs: 0 }
}

function firstTiming(node: PlanNode, outer: Timing | undefined): Timing | undefined {
  switch (node.kind) {
    case 'select': {
      if (node.timing.atMs !== undefined || !outer) return node.timing
      const offsetMs = node.timing.offsetMs + outer.offsetMs
      return outer.atMs === undefined ? { offsetMs } : { offsetMs, atMs: outer.atMs }
    }
    case 'window':
      return firstTiming(node.select, outer)
    case 'subquery':
      return firstTiming(node.expr, outer?.atMs === undefined ? node.timing : outer)
    case 'call':
      return node.args.map((arg) => firstTiming(arg, outer)).find((timing) => timing !== undefined)
    case 'binary':
      return firstTiming(node.left, outer) ?? firstTiming(node.right, outer)
    case 'aggregate':
    case 'negate':
    case 'invariant':
      return firstTiming(node.expr, outer)
    case 'number':
    case 'string':
      return undefined
  }
}

function identityOf(labels: Labels): string {
  return labels.keep(IDENTIFYING).key
}

/** The base series with its info labels; it splits where those change over time. */
function enrich(base: Series, infos: readonly InfoSeries[], dataMatchers: readonly Matcher[]): Series[] {
  const identity = identityOf(base.labels)
  const mine = infos.filter((one) => one.identity === identity)
  const wanted = new Set(dataMatchers.map(({ name }) => name))
  const optional = dataMatchers.every((matcher) => matcher.matchesEmpty)
  const byLabels = new Map<string, Series>()
  for (let step = 0; step < base.length; step++) {
    if (base.isAbsent(step)) continue
    const current = newestOfEachName(mine, step)
    if (current.length === 0 && !optional) continue
    const labels = withInfoLabels(base.labels, current, wanted)
    const series = byLabels.get(labels.key) ?? new Series(labels, base.length, base.dropName)
    series.set(step, base.get(step))
    byLabels.set(labels.key, series)
  }
  return [...byLabels.values()]
}

function newestOfEachName(infos: readonly InfoSeries[], step: number): InfoSeries[] {
  const byName = new Map<string, InfoSeries>()
  for (const candidate of infos) {
    const at = candidate.sampledMs[step] ?? NaN
    if (Number.isNaN(at)) continue
    const known = byName.get(candidate.name)
    const knownAt = known?.sampledMs[step] ?? -Infinity
    if (known && knownAt === at) {
      const [a, b] = [known.labels.toString(), candidate.labels.toString()]
      throw new PromqlExecutionError(
        `found duplicate series for info metric: existing ${a} @ ${knownAt}, new ${b} @ ${at}`,
      )
    }
    if (at > knownAt) byName.set(candidate.name, candidate)
  }
  return [...byName.values()]
}

function withInfoLabels(base: Labels, infos: readonly InfoSeries[], wanted: ReadonlySet<string>): Labels {
  const added: Record<string, string> = {}
  for (const { labels } of infos) {
    for (const [name, value] of labels.entries()) {
      if (name === METRIC_NAME || (wanted.size > 0 && !wanted.has(name))) continue
      if (added[name] !== undefined && added[name] !== value)
        throw new PromqlExecutionError(`conflicting label: ${name}`)
      if (!base.has(name)) added[name] = value
    }
  }
  return base.with(added)
}

function escapeRegexp(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}
