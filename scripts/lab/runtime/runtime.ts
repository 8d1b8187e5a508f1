// What a command may ask of a lab, whichever runtime it is on. Two implementations stand below: embedded/ (processes of this
// machine) and docker/ (a Compose project). Commands know only this file; what they ask the shop or the stores goes over HTTP.
import type { Output } from '../command-line/output.ts'
import type { LabDescription } from '../lab-description.ts'
import type { PortHolder } from '../machine/port-holder.ts'
import type { PortName } from '../ports.ts'
import type { RuntimeName } from './runtime-name.ts'

export interface Runtime {
  name: RuntimeName
  /** Whether anything of this lab runs. */
  isUp(lab: LabDescription): Promise<boolean>
  /** Starts what does not run yet and waits until all of it is ready; stops what it has started when that fails. */
  start(lab: LabDescription, options: StartOptions): Promise<StartedLab>
  componentNames(lab: LabDescription): Promise<string[]>
  status(lab: LabDescription): Promise<ComponentStatus[]>
  /** Answers whether there was anything to show. */
  logs(lab: LabDescription, request: LogRequest): Promise<boolean>
  /** Works when nothing runs, too. */
  stop(lab: LabDescription, options: StopOptions): Promise<StoppedComponent[]>
  /** Tells of a port that is taken whether this lab has it. */
  portOwner(lab: LabDescription): Promise<(port: PortName, holder: PortHolder | undefined) => boolean>
}

export interface StartOptions {
  out: Output
  signal: AbortSignal
}

export interface ComponentTiming {
  name: string
  /** Milliseconds after the start of the whole: when it was launched, and when it was ready. */
  launchedMs: number
  readyMs: number
  alreadyRunning: boolean
}

export interface StartedLab {
  timings: ComponentTiming[]
  /** Ends what this start has started, and nothing that was running before. */
  takeBack: () => Promise<void>
}

export interface ComponentStatus {
  name: string
  /** `dead`: it was started and has ended without being asked to. */
  state: 'ready' | 'not ready' | 'dead' | 'down'
  pid: number | undefined
  ports: Record<string, number>
  uptimeMs: number | undefined
  /** 100 = one core. */
  cpuPercent: number | undefined
  rssBytes: number | undefined
  /** Shared pages divided among those who share them; known of processes on Linux only. */
  pssBytes: number | undefined
  /** Why it is not ready. */
  saw: string | undefined
}

export interface LogRequest {
  /** Undefined: of all. */
  component: string | undefined
  lines: number
  /** Goes on with new lines until it is aborted. */
  follow: AbortSignal | undefined
  onLine: (component: string, line: string) => void
}

export interface StopOptions {
  /** Also forget the data. */
  volumes: boolean
  onStopped?: (stopped: StoppedComponent) => void
}

export interface StoppedComponent {
  name: string
  outcome: 'stopped' | 'killed' | 'was not running'
  tookMs: number
}

/** Docker is loaded only where it is used: it costs 0.1 s. */
async function runtimeNamed(name: RuntimeName): Promise<Runtime> {
  if (name === 'embedded') return (await import('./embedded/embedded-runtime.ts')).embeddedRuntime
  return (await import('./docker/docker-runtime.ts')).dockerRuntime
}

export const runtimeOf = (lab: LabDescription): Promise<Runtime> => runtimeNamed(lab.runtime)
