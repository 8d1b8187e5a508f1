import { logBuilder } from '../logql/metric/sample-plan.ts'
import { planPipeline } from '../logql/pipeline/pipeline.ts'
import { labelsKey, type Labels } from '../logql/labels/labels.ts'
import type { LabelsBuilder } from '../logql/labels/labels-builder.ts'
import type { LogStream } from '../logql/log-query.ts'
import type { LogExpr } from '../logql/syntax/ast.ts'
import { compileSelector } from '../store/log-source.ts'
import type { BatchEntry, LogBatch } from '../store/log-batch.ts'

/** The live side of a tail: batches as they are stored, through the pipeline of the query. */
export class TailFilter {
  readonly #matches: (labels: Labels) => boolean
  readonly #plan: ReturnType<typeof planPipeline>
  readonly #categorize: boolean

  constructor(expr: LogExpr, categorize: boolean) {
    this.#matches = compileSelector(expr.matchers)
    this.#plan = planPipeline(expr.stages)
    this.#categorize = categorize
  }

  streamsOf(batch: LogBatch): LogStream[] {
    const byKey = new Map<string, LogStream>()
    for (const { labels, entries } of batch.streams) {
      if (!this.#matches(labels)) continue
      const builder = logBuilder(labels, this.#plan.stages)
      for (const entry of entries) this.#add(byKey, entry, builder)
    }
    return [...byKey.values()]
  }

  #add(byKey: Map<string, LogStream>, entry: BatchEntry, builder: LabelsBuilder): void {
    if (!this.#plan.requiredTexts.every((text) => entry.line.includes(text))) return
    builder.timestamp = { ms: entry.timeMs, ns: entry.timeNs }
    builder.reset(entry.metadata)
    let line: string | undefined = entry.line
    for (const stage of this.#plan.stages) {
      line = stage.process(line, builder)
      if (line === undefined) return
    }
    const { stream, metadata, parsed } = builder.categorized()
    const labels = this.#categorize ? stream : builder.labels()
    const key = labelsKey(labels)
    const known = byKey.get(key) ?? { labels, entries: [] }
    byKey.set(key, known)
    const time = String(BigInt(entry.timeMs) * 1_000_000n + BigInt(entry.timeNs))
    known.entries.push({ time, line, ...(this.#categorize ? { categories: { metadata, parsed } } : {}) })
  }
}
