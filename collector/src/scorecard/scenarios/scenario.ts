/** What scenarios have in common: a workload made of what the collector can carry, and a testbed with the limits of this machine. */
import type { CollectorAdapter } from '../../collectors/adapter.ts'
import type { Capability } from '../../collectors/template.ts'
import type { DeliveryReport } from '../../ledger/delivery-report.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { SettleOptions } from '../../ledger/settle.ts'
import { startTestbed, type Testbed, type TestbedOptions } from '../../testbed/testbed.ts'
import type { WorkloadOptions } from '../../workload/workload.ts'

export interface Subject {
  readonly adapter: CollectorAdapter
  readonly seed: number
  readonly keep: boolean
}

/** What every scenario that moves items leaves for judgement. */
export interface Delivered {
  readonly ledger: Ledger
  readonly report: DeliveryReport
}

export const open = (subject: Subject, options: Partial<TestbedOptions> = {}): Promise<Testbed> =>
  startTestbed({ collector: subject.adapter, keep: subject.keep, ...options })

/**
 * Collectors look for new files every few seconds (the Agent not in its first five) and back off for up to 11 s after an outage, measured
 * with the real ones; on a machine that is shared, twice that.
 */
export const PATIENT: SettleOptions = { quietMs: 1500, patienceMs: 25_000, timeoutMs: 120_000 }

interface Amounts {
  readonly traces?: number
  readonly metricExports?: number
  readonly lines?: number
  readonly scrapes?: number
}

/** Of the amounts, those that this collector's configuration has a way for. */
export function loadFor(
  { seed }: Subject,
  capabilities: ReadonlySet<Capability>,
  { traces = 0, metricExports = 0, lines = 0, scrapes = 0 }: Amounts,
): WorkloadOptions {
  const if_ = (capability: Capability, amount: number): number => (capabilities.has(capability) ? amount : 0)
  return {
    seed,
    traces: if_('otlp-traces', traces),
    logsPerTrace: capabilities.has('otlp-logs') ? 2 : 0,
    metricExports: if_('otlp-metrics', metricExports),
    lines: if_('file-logs', lines),
    scrapes: if_('scrape', scrapes),
  }
}
