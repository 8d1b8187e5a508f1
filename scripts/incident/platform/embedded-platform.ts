// The platform where every part is a process of this machine: signals, and the lab's own way to start one.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ComponentName } from '../../../incidents/names.ts'
import type { LabDescription } from '../../lab/lab-description.ts'
import { LabError } from '../../lab/lab-error.ts'
import { embeddedComponents } from '../../lab/runtime/embedded/components.ts'
import { isRunning, readRecord } from '../../lab/runtime/embedded/processes/processes.ts'
import type { ProcessRecord } from '../../lab/runtime/embedded/processes/processes.ts'
import { startComponent, stopComponent } from '../../lab/runtime/embedded/run-component.ts'
import { stateDirectory } from '../../lab/state-directory.ts'
import type { Platform } from './platform.ts'

const GRACE_MS = 15_000
const KILL_MS = 5_000
const POLL_MS = 10

export function embeddedPlatform(lab: LabDescription): Platform {
  const running = (name: ComponentName) => {
    const record = readRecord(stateDirectory(lab.stateDir).run, name)
    return record !== undefined && isRunning(record) ? record : undefined
  }
  const find = (name: ComponentName): ProcessRecord => {
    const record = running(name)
    if (record !== undefined) return record
    throw new LabError(`${name} is no process of this lab, or does not run`, { advice: 'npm run status' })
  }
  return {
    async stop(name) {
      await stopComponent(find(name), lab.stateDir, GRACE_MS)
    },
    async kill(name) {
      const record = find(name)
      process.kill(record.pid, 'SIGKILL')
      const deadline = Date.now() + KILL_MS
      while (isRunning(record)) {
        if (Date.now() > deadline) throw new LabError(`${name} (process ${record.pid}) outlives SIGKILL`)
        await sleep(POLL_MS)
      }
    },
    async start(name) {
      if (running(name) !== undefined) return
      const component = embeddedComponents(lab).find((candidate) => candidate.name === name)
      if (component === undefined) throw new LabError(`${name} is no component of this lab`)
      await startComponent(component, lab, AbortSignal.timeout(component.startTimeoutMs))
    },
    async pause(name) {
      process.kill(find(name).pid, 'SIGSTOP')
    },
    async resume(name) {
      const record = running(name)
      if (record !== undefined) process.kill(record.pid, 'SIGCONT')
    },
  }
}
