/** From the first to the last time in what was imported. */
import type { ResourceLogs } from '@playground/protocol/otlp/logs'
import type { ResourceMetrics } from '@playground/protocol/otlp/metrics'
import type { ResourceSpans } from '@playground/protocol/otlp/traces'
import { flatSamples } from '../file/metric-rows.ts'

export class TimeRangeSeen {
  #first: bigint | undefined
  #last = 0n

  note({
    logs = [],
    traces = [],
    metrics = [],
  }: {
    logs?: ResourceLogs[]
    traces?: ResourceSpans[]
    metrics?: ResourceMetrics[]
  }): void {
    for (const { scopeLogs } of logs) {
      for (const { logRecords } of scopeLogs)
        for (const record of logRecords) this.#time(record.timeUnixNano || record.observedTimeUnixNano)
    }
    for (const { scopeSpans } of traces) {
      for (const { spans } of scopeSpans) {
        for (const span of spans) {
          this.#time(span.startTimeUnixNano)
          this.#time(span.endTimeUnixNano)
        }
      }
    }
    for (const { sample } of flatSamples(metrics)) this.#time(sample.timeUnixNano)
  }

  get first(): bigint {
    return this.#first ?? 0n
  }

  get last(): bigint {
    return this.#last
  }

  #time(unixNano: bigint): void {
    if (unixNano === 0n) return
    if (this.#first === undefined || unixNano < this.#first) this.#first = unixNano
    if (unixNano > this.#last) this.#last = unixNano
  }
}

/** The end is exclusive. */
export const timeRange = ({ first, last }: TimeRangeSeen) => ({ fromUnixNano: first, toUnixNano: last + 1n })
