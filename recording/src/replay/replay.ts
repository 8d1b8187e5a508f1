/** Replays a recording: its times shifted by one amount, its ids kept or mapped, as fast as asked. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ResourceLogs } from '@playground/protocol/otlp/logs'
import type { ResourceMetrics } from '@playground/protocol/otlp/metrics'
import type { ResourceSpans } from '@playground/protocol/otlp/traces'
import { countLogs, countMetrics, countSpans } from '../file/counts.ts'
import type { Counts } from '../file/manifest.ts'
import type { Recording } from '../file/open-recording.ts'
import { labelMetrics, labelResources } from './namespace.ts'
import { pacedBatches } from './paced-batches.ts'
import { IdMap } from './remap-ids.ts'
import type { Target } from './send.ts'
import { shiftLogs, shiftMetrics, shiftTraces } from './time-shift.ts'

export interface ReplayOptions {
  target: Target
  at: 'now' | 'original'
  /** `Infinity` = as fast as the target takes it. */
  speed: number
  /** Labels every row and maps every id, so that the replay can live beside what it was captured from. */
  namespace?: string | undefined
  onProgress?: (text: string) => void
  signal?: AbortSignal | undefined
}

export interface ReplayReport {
  /** What was added to every time. */
  shiftNano: bigint
  sent: Counts
}

const NANO_PER_SECOND = 1_000_000_000n

export async function replay(recording: Recording, options: ReplayOptions): Promise<ReplayReport> {
  const { target, speed, namespace, onProgress, signal } = options
  const { fromUnixNano, toUnixNano } = recording.manifest
  const shiftNano = options.at === 'original' ? 0n : shiftToNow(fromUnixNano, toUnixNano, speed)
  const ids = namespace === undefined ? undefined : await IdMap.of(recording, namespace)
  const sent: Counts = { logs: 0, spans: 0, samples: 0, exemplars: 0 }
  const progress = () => {
    signal?.throwIfAborted()
    onProgress?.(`${sent.logs} log lines, ${sent.spans} spans, ${sent.samples} samples`)
  }
  const remapped = <T>(batch: T): T => ids?.apply(batch) ?? batch
  const steps = {
    logs: async (batch: ResourceLogs[]) => {
      const shifted = remapped(shiftLogs(batch, shiftNano))
      await target.logs(namespace === undefined ? shifted : labelResources(shifted, namespace))
      sent.logs += countLogs(batch)
      progress()
    },
    traces: async (batch: ResourceSpans[]) => {
      const shifted = remapped(shiftTraces(batch, shiftNano))
      await target.traces(namespace === undefined ? shifted : labelResources(shifted, namespace))
      sent.spans += countSpans(batch)
      progress()
    },
    metrics: async (batch: ResourceMetrics[]) => {
      const shifted = remapped(shiftMetrics(batch, shiftNano))
      await target.metrics(namespace === undefined ? shifted : labelMetrics(shifted, namespace))
      const { samples, exemplars } = countMetrics(batch)
      sent.samples += samples
      sent.exemplars += exemplars
      progress()
    },
  }
  if (speed === Number.POSITIVE_INFINITY) {
    await Promise.all([
      forEach(recording.logs(), steps.logs),
      forEach(recording.traces(), steps.traces),
      forEach(recording.metrics(), steps.metrics),
    ])
  } else {
    const startedAt = Date.now()
    for await (const { offsetMs, logs, traces, metrics } of pacedBatches(recording)) {
      await waitUntil(startedAt + offsetMs / speed, signal)
      if (logs.length > 0) await steps.logs(logs)
      if (traces.length > 0) await steps.traces(traces)
      if (metrics.length > 0) await steps.metrics(metrics)
    }
  }
  return { shiftNano, sent }
}

/**
 * The last row gets the time at which it is sent, so nothing is ever in the future. Whole seconds: what is aligned to a scrape or to a second of
 * a search stays so.
 */
function shiftToNow(fromUnixNano: bigint, toUnixNano: bigint, speed: number): bigint {
  const durationMs = Number((toUnixNano - fromUnixNano) / 1_000_000n)
  const endMs = Date.now() + durationMs / speed
  const shift = BigInt(Math.floor(endMs)) * 1_000_000n - toUnixNano
  const remainder = shift % NANO_PER_SECOND
  return shift - (remainder < 0n ? remainder + NANO_PER_SECOND : remainder)
}

async function forEach<T>(items: AsyncIterable<T>, step: (item: T) => Promise<void>): Promise<void> {
  for await (const item of items) await step(item)
}

async function waitUntil(timeMs: number, signal: AbortSignal | undefined): Promise<void> {
  const waitMs = timeMs - Date.now()
  if (waitMs > 0) await sleep(waitMs, undefined, { signal })
}
