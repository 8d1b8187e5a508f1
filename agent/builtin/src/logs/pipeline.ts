import type { Stage } from '../config/stage-schema.ts'
import { criStage, multilineStage } from './joining-stages.ts'
import type { LogEntry } from './log-entry.ts'
import { isSimple, simpleStage } from './simple-stages.ts'

export interface Pipeline {
  push(entry: LogEntry): void
  /** Lets go of entries that joining stages hold. */
  flush(): void
}

export interface PipelineEnds {
  readonly kept: (entry: LogEntry) => void
  readonly dropped: (entry: LogEntry, reason: string) => void
}

/** Builds one file's pipeline: joining stages hold lines, so files do not share one. */
export function createPipeline(stages: readonly Stage[], ends: PipelineEnds): Pipeline {
  let pipeline: Pipeline = { push: ends.kept, flush: () => {} }
  for (const stage of stages.toReversed()) pipeline = withStage(stage, pipeline, ends.dropped)
  return pipeline
}

function withStage(stage: Stage, rest: Pipeline, dropped: PipelineEnds['dropped']): Pipeline {
  const next = (entry: LogEntry): void => rest.push(entry)
  if (isSimple(stage)) {
    const process = simpleStage(stage)
    return {
      push(entry) {
        const reason = process(entry)
        if (reason === undefined) next(entry)
        else dropped(entry, reason)
      },
      flush: () => rest.flush(),
    }
  }
  if (stage.kind === 'match') {
    const { selector, stages, action, drop_counter_reason: reason } = stage.config
    const inner = createPipeline(stages, { kept: next, dropped })
    return {
      push(entry) {
        if (!selector(entry.labels, entry.line)) next(entry)
        else if (action === 'drop') dropped(entry, reason)
        else inner.push(entry)
      },
      flush() {
        inner.flush()
        rest.flush()
      },
    }
  }
  const joining = stage.kind === 'multiline' ? multilineStage(stage.config, next) : criStage(next)
  return {
    push: (entry) => joining.push(entry),
    flush() {
      joining.flush()
      rest.flush()
    },
  }
}
