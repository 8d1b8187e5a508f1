import { labelValue } from '../labels/labels.ts'
import { ParserHints } from '../labels/parser-hints.ts'
import { errorDetailsLabel, errorLabel } from '../labels/special-labels.ts'
import type { QueryBudget } from '../query-budget.ts'
import { isRepeated, RepeatedEntries } from '../repeated-entry.ts'
import type { LogSelection, LogSource, StreamRows } from '../source.ts'
import { unwrapValue, type SamplePlan } from './sample-plan.ts'
import { SeriesSet, type SampleSeries } from './sample-series.ts'

/** Rows between two looks at the clock. */
const rowsPerSlice = 512

interface Target {
  readonly plan: SamplePlan
  readonly series: SeriesSet
  readonly budget: QueryBudget
  readonly origin: bigint
}

/** All samples of a selection by series. Times are nanoseconds from `origin`. */
export async function collectSamples(
  source: LogSource,
  selection: LogSelection,
  plan: SamplePlan,
  { origin, budget }: { origin: bigint; budget: QueryBudget },
): Promise<SampleSeries[]> {
  const target: Target = { plan, series: new SeriesSet(budget), budget, origin }
  const repeated = new RepeatedEntries()
  for (const part of source.select(selection)) {
    for (const rows of part.open()) {
      await collectStream(rows, repeated.add(rows), target)
    }
    await budget.pause()
  }
  return target.series.sorted()
}

async function collectStream(rows: StreamRows, earlier: readonly StreamRows[], target: Target): Promise<void> {
  const texts = target.plan.requiredTexts.map((text) => Buffer.from(text))
  const take = sampler(rows, target)
  let row = rows.next(0, texts)
  while (row < rows.length) {
    for (let left = rowsPerSlice; left > 0 && row < rows.length; left--) {
      if (earlier.length === 0 || !isRepeated(rows, row, earlier)) take(row)
      row = rows.next(row + 1, texts)
    }
    const pause = target.budget.pause()
    if (pause !== undefined) await pause
  }
}

type TakeSample = (row: number) => void

function sampler(rows: StreamRows, target: Target): TakeSample {
  const { plan, series, budget, origin } = target
  const originMs = Number(origin / 1_000_000n)
  const originNs = Number(origin % 1_000_000n)
  const timeOf = (row: number): number => (rows.timeMs(row) - originMs) * 1e6 + (rows.timeNs(row) - originNs)
  if (plan.stages.length > 0 || typeof plan.value === 'object') return stagedSampler(rows, target, timeOf)

  const valueOf = plan.value === 'bytes' ? (row: number) => rows.lineBytes(row) : () => 1
  const only = onlySeries(rows, target)
  if (only !== undefined) return (row) => only.add(timeOf(row), valueOf(row), budget)

  if (plan.grouping.kind === 'by') return pickedSampler(rows, plan.grouping.names, target, timeOf, valueOf)
  const builder = plan.builder(rows.labels)
  return (row) => {
    builder.reset(rows.metadata(row))
    series.of(builder.grouped(plan.grouping)).add(timeOf(row), valueOf(row), budget)
  }
}

/** Entries that agree in the labels of the grouping fall into one series: those labels are looked at once. */
function pickedSampler(
  rows: StreamRows,
  names: readonly string[],
  { plan, series, budget }: Target,
  timeOf: (row: number) => number,
  valueOf: (row: number) => number,
): TakeSample {
  const builder = plan.builder(rows.labels)
  const picked = rows.pickMetadata(new Set([...ParserHints.only(names).names, errorLabel, errorDetailsLabel]))
  const known: SampleSeries[] = []
  return (row) => {
    const id = picked.idOf(row)
    let one = known[id]
    if (one === undefined) {
      builder.reset(picked.labels(id))
      one = series.of(builder.grouped(plan.grouping))
      known[id] = one
    }
    one.add(timeOf(row), valueOf(row), budget)
  }
}

/** The one series all entries of a stream fall into, where its own labels decide that. */
function onlySeries(rows: StreamRows, { plan, series }: Target): SampleSeries | undefined {
  const { grouping } = plan
  if (grouping.kind === 'none') return series.of([])
  if (grouping.kind !== 'by' || grouping.names.some((name) => labelValue(rows.labels, name) === '')) return undefined
  return series.of(grouping.names.map((name) => [name, labelValue(rows.labels, name)]))
}

function stagedSampler(
  rows: StreamRows,
  { plan, series, budget }: Target,
  timeOf: (row: number) => number,
): TakeSample {
  const builder = plan.builder(rows.labels)
  return (row) => {
    builder.timestamp = { ms: rows.timeMs(row), ns: rows.timeNs(row) }
    builder.reset(rows.metadata(row))
    const original = rows.line(row)
    let line: string | undefined = original
    for (const stage of plan.stages) {
      line = stage.process(line, builder)
      if (line === undefined) return
    }
    let value: number | undefined = 1
    if (plan.value === 'bytes') value = line === original ? rows.lineBytes(row) : Buffer.byteLength(line)
    else if (plan.value !== 'count') value = unwrapValue(plan.value, line, builder)
    if (value !== undefined) series.of(builder.grouped(plan.grouping)).add(timeOf(row), value, budget)
  }
}
