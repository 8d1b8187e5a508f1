import { globSync, readFileSync } from 'node:fs'
import type { PromqlEngine } from '../promql/engine.ts'
import { Labels } from '../labels/labels.ts'
import { Series } from '../promql/eval/series.ts'
import type { SampleSource } from '../promql/eval/sample-series.ts'
import type { WriteSeries } from '@playground/protocol/remote-write'
import { parseRuleFile, RuleFileError, type RuleGroupSpec } from './rule-file.ts'
import { type GroupContext, RuleGroup } from './rule-group.ts'

const DEFAULT_INTERVAL_MS = 60_000

export type RuleManagerOptions = {
  files: readonly string[]
  engine: PromqlEngine
  source: SampleSource
  write: (series: WriteSeries[]) => Promise<void>
  defaultIntervalMs?: number
}

/** Loads rule files and evaluates each group at its interval, at multiples of it. */
export class RuleManager {
  #groups: RuleGroup[]
  readonly #load: () => RuleGroupSpec[]
  readonly #context: GroupContext
  readonly #timers = new Set<NodeJS.Timeout>()
  #running = Promise.resolve()
  #stopped = false

  /** @throws RuleFileError with every fault of every file. */
  constructor({ files, engine, source, write, defaultIntervalMs = DEFAULT_INTERVAL_MS }: RuleManagerOptions) {
    this.#context = {
      source,
      write,
      query: async (expr, atMs) => {
        const { value } = await engine.instant(expr, atMs, { source })
        if (value.type === 'vector') return value.series
        if (value.type === 'scalar') return [scalarSeries(value.value)]
        throw new Error(`rule result is not a vector or scalar: ${value.type}`)
      },
    }
    this.#load = () => loadAll(files, engine, defaultIntervalMs)
    this.#groups = this.#load().map((spec) => new RuleGroup(spec, this.#context))
  }

  get groups(): readonly RuleGroup[] {
    return this.#groups
  }

  start(): void {
    for (const group of this.#groups) this.#schedule(group)
  }

  /** Reads the files again. A group that did not change goes on with its alerts. @throws RuleFileError; then the old rules stay. */
  reload(): void {
    const before = new Map(this.#groups.map((group) => [JSON.stringify(group.spec), group]))
    const groups = this.#load().map((spec) => before.get(JSON.stringify(spec)) ?? new RuleGroup(spec, this.#context))
    const kept = new Set(this.#groups)
    this.#groups = groups
    for (const group of groups) if (!kept.has(group)) this.#schedule(group)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#running
  }

  #schedule(group: RuleGroup): void {
    const { intervalMs } = group.spec
    const nextMs = Math.floor(Date.now() / intervalMs) * intervalMs + intervalMs
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#running = this.#running
        .then(() => (this.#groups.includes(group) ? group.evaluate(nextMs) : undefined))
        .then(() => {
          if (!this.#stopped && this.#groups.includes(group)) this.#schedule(group)
        })
    }, nextMs - Date.now())
    timer.unref()
    this.#timers.add(timer)
  }
}

function loadAll(files: readonly string[], engine: PromqlEngine, defaultIntervalMs: number): RuleGroupSpec[] {
  const faults: string[] = []
  const specs = files
    .toSorted()
    .flatMap((pattern) => expand(pattern, faults).flatMap((file) => load(file, engine, defaultIntervalMs, faults)))
  if (faults.length > 0) throw new RuleFileError(faults.join('\n'))
  return specs
}

function expand(pattern: string, faults: string[]): string[] {
  const files = /[*?[{]/.test(pattern) ? globSync(pattern) : [pattern]
  if (files.length === 0) faults.push(`${pattern}: no rule file matches`)
  return files.toSorted()
}

function load(file: string, engine: PromqlEngine, defaultIntervalMs: number, faults: string[]) {
  try {
    return parseRuleFile(readFileSync(file, 'utf8'), {
      file,
      defaultIntervalMs,
      parseExpr: (query) => engine.parse(query),
    })
  } catch (error) {
    faults.push(
      error instanceof RuleFileError
        ? error.message
        : `${file}: ${error instanceof Error ? error.message : String(error)}`,
    )
    return []
  }
}

function scalarSeries(value: number): Series {
  const series = new Series(Labels.empty, 1)
  series.setFloat(0, value)
  return series
}
