import { setTimeout as sleep } from 'node:timers/promises'
import { reportOf, type DeliveryReport, type ReportOptions } from '../ledger/delivery-report.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { settle, type SettleOptions } from '../ledger/settle.ts'
import { sendWorkload, type Refusals, type SendOptions, type SendRoutes } from '../senders/send-workload.ts'
import { SERIES } from '../workload/scrape-page.ts'
import { POINTS_PER_EXPORT } from '../workload/metric-export.ts'

/** A workload on its way into a collector. */
export class Sending {
  readonly ledger: Ledger
  /** Resolves when everything was sent, to why the collector refused what it refused. */
  readonly done: Promise<Refusals>
  readonly #stop = new AbortController()

  constructor(ledger: Ledger, routes: SendRoutes, options: SendOptions) {
    this.ledger = ledger
    this.done = sendWorkload(ledger, routes, { ...options, signal: this.#stop.signal }).finally(() =>
      routes.otlp?.[Symbol.dispose](),
    )
    // Whoever awaits `done` hears of it; until then it must not end the process.
    this.done.catch(() => {})
  }

  /** Resolves when so much of everything has been sent (0..1), or sending ended. */
  async progress(share: number): Promise<void> {
    const { tracks, sent } = this.ledger
    const wanted =
      sent.traces * (sent.spansPerTrace + sent.logsPerTrace) +
      sent.metricExports * POINTS_PER_EXPORT +
      sent.lines +
      sent.scrapes * SERIES.length
    const ended = this.done.then(
      () => true,
      () => true,
    )
    while (Object.values(tracks).reduce((sum, { end }) => sum + end, 0) < wanted * share) {
      if (await Promise.race([ended, sleep(10, false)])) return
    }
  }

  stop(): void {
    this.#stop.abort()
  }

  /** Waits until everything was sent and the backend hears no more of it. */
  async settle(options: SettleOptions & ReportOptions = {}): Promise<DeliveryReport> {
    await this.done
    await settle(this.ledger, options)
    return reportOf(this.ledger, options)
  }
}
