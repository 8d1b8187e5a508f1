/** What the tests have to know of a kind of collector. */
import type { Exposition } from '@playground/protocol/exposition'
import type { Capability, Variables } from './template.ts'

export interface CollectorAdapter {
  readonly name: string
  /** The configuration as a template; see template.ts. */
  readonly config: string
  /** How its files end: some collectors look at that. */
  readonly configExtension: string
  /** Beyond what the configuration shows. */
  readonly declares: readonly Capability[]
  command(run: CollectorRun): Command
  /** Answers 200 when the collector takes data. */
  readyUrl(at: Variables): string
  metricsUrl(at: Variables): string | undefined
  /** Totals by signal from its own metrics; only with the capability `books`. */
  readonly readBooks?: (metrics: Exposition) => SelfReport[]
  /** How it reads a changed configuration. */
  readonly reload?:
    | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
    | { readonly kind: 'post'; readonly url: (at: Variables) => string }
  /** SIGTERM may take so long; then it has not drained. */
  readonly graceMs: number
}

export interface CollectorRun {
  readonly configFile: string
  readonly at: Variables
}

export interface Command {
  readonly program: string
  readonly args: readonly string[]
}

export type SelfSignal = 'traces' | 'logs' | 'metrics'

export interface SelfReport {
  readonly signal: SelfSignal
  readonly received: number
  readonly sent: number
  readonly dropped: number
  readonly queued: number
}
