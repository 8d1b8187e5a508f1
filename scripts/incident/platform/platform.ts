import type { ComponentName } from '../../../incidents/names.ts'

/** What can be done to a part from outside, as an orchestrator or a broken machine would; the same on both runtimes. */
export interface Platform {
  /** Asks it to end, as a deployment does. */
  stop(component: ComponentName): Promise<void>
  /** Ends it without a word. */
  kill(component: ComponentName): Promise<void>
  /** Starts what has ended, and waits until it is ready; what runs is left alone. */
  start(component: ComponentName): Promise<void>
  /** It stays where it is and answers nobody: its connections are open and dead. */
  pause(component: ComponentName): Promise<void>
  resume(component: ComponentName): Promise<void>
}
