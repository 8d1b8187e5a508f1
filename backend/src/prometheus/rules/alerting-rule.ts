import { type Labels, METRIC_NAME } from '../labels/labels.ts'
import type { Series } from '../promql/eval/series.ts'
import { expandTemplate } from './alert-template.ts'
import { type EarlierState, restoredActiveAt } from './restore-for-state.ts'
import type { RuleSample } from './rule-sample.ts'
import type { AlertingSpec } from './rule-file.ts'

export type AlertState = 'pending' | 'firing' | 'inactive'

export type Alert = {
  labels: Labels
  annotations: Record<string, string>
  state: AlertState
  activeAtMs: number
  value: number
  keepFiringSinceMs?: number
  resolvedAtMs?: number
}

/** A resolved alert is kept this long, as Prometheus keeps it for late notifications. */
const RESOLVED_RETENTION_MS = 15 * 60_000

/** pending → firing after `for`, resolved when the expression no longer yields it (and `keep_firing_for` has passed). */
export class AlertingRule {
  readonly spec: AlertingSpec
  readonly #groupLabels: Readonly<Record<string, string>>
  readonly #active = new Map<string, Alert>()

  constructor(spec: AlertingSpec, groupLabels: Readonly<Record<string, string>>) {
    this.spec = spec
    this.#groupLabels = groupLabels
  }

  /** Pending and firing ones. */
  get alerts(): Alert[] {
    return [...this.#active.values()].filter(({ state }) => state !== 'inactive')
  }

  get state(): AlertState {
    const states = new Set(this.alerts.map(({ state }) => state))
    return states.has('firing') ? 'firing' : states.has('pending') ? 'pending' : 'inactive'
  }

  /** `earlier`: what was known before a restart, at the first evaluation. @returns the samples of ALERTS and ALERTS_FOR_STATE. @throws Error where two elements become the same alert. */
  evaluate(result: readonly Series[], atMs: number, earlier?: ReadonlyMap<string, EarlierState>): RuleSample[] {
    const found = new Map<string, Alert>()
    for (const series of result) {
      const alert = this.#describe(series, atMs)
      if (found.has(alert.labels.key)) {
        throw new Error('vector contains metrics with the same labelset after applying alert labels')
      }
      const before = earlier?.get(alert.labels.key)
      if (before) alert.activeAtMs = restoredActiveAt(before, this.spec.forMs, atMs)
      found.set(alert.labels.key, alert)
    }
    for (const [key, alert] of found) {
      const known = this.#active.get(key)
      if (known && known.state !== 'inactive')
        Object.assign(known, { value: alert.value, annotations: alert.annotations })
      else this.#active.set(key, alert)
    }
    for (const [key, alert] of this.#active) this.#advance(key, alert, found.has(key), atMs)
    return this.alerts.flatMap((alert) => samplesOf(alert, this.spec.alert))
  }

  #describe(series: Series, atMs: number): Alert {
    const value = series.float(0)
    const data = { labels: series.labels.toObject(), value }
    const expand = (texts: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, expandTemplate(text, data)]))
    const own = {
      ...expand({ ...this.#groupLabels, ...this.spec.labels }),
      [METRIC_NAME]: '',
      alertname: this.spec.alert,
    }
    return {
      labels: series.labels.with(own),
      annotations: expand(this.spec.annotations),
      state: 'pending',
      activeAtMs: atMs,
      value,
    }
  }

  #advance(key: string, alert: Alert, present: boolean, atMs: number): void {
    const { forMs, keepFiringForMs } = this.spec
    if (present) delete alert.keepFiringSinceMs
    else if (alert.state === 'firing' && keepFiringForMs > 0) {
      alert.keepFiringSinceMs ??= atMs
      if (atMs - alert.keepFiringSinceMs >= keepFiringForMs) this.#resolve(alert, atMs)
    } else if (alert.state === 'pending') this.#active.delete(key)
    else if (alert.state === 'firing') this.#resolve(alert, atMs)
    else if (atMs - (alert.resolvedAtMs ?? atMs) > RESOLVED_RETENTION_MS) this.#active.delete(key)
    if (alert.state === 'pending' && atMs - alert.activeAtMs >= forMs) alert.state = 'firing'
  }

  #resolve(alert: Alert, atMs: number): void {
    alert.state = 'inactive'
    alert.resolvedAtMs = atMs
  }
}

function samplesOf({ labels, state, activeAtMs }: Alert, alertname: string): RuleSample[] {
  return [
    { labels: labels.with({ [METRIC_NAME]: 'ALERTS', alertname, alertstate: state }), value: 1 },
    { labels: labels.with({ [METRIC_NAME]: 'ALERTS_FOR_STATE', alertname }), value: activeAtMs / 1000 },
  ]
}
