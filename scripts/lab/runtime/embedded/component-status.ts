import type { Component, ComponentName } from './components.ts'
import type { LabDescription } from '../../lab-description.ts'
import { memoryUse } from './processes/process-identity.ts'
import { isRunning, readRecord } from './processes/processes.ts'
import { probeOnce } from '../../readiness.ts'
import { stateDirectory } from '../../state-directory.ts'

const PROBE_TIMEOUT_MS = 2_000

export interface ComponentStatus {
  name: ComponentName
  /** `dead`: it was started and has ended without being asked to. */
  state: 'ready' | 'not ready' | 'dead' | 'down'
  pid: number | undefined
  ports: Record<string, number>
  uptimeMs: number | undefined
  rssBytes: number | undefined
  pssBytes: number | undefined
  /** Why it is not ready. */
  saw: string | undefined
}

export async function componentStatus(component: Component, lab: LabDescription): Promise<ComponentStatus> {
  const record = readRecord(stateDirectory(lab.stateDir).run, component.name)
  const ports = Object.fromEntries(component.ports.map((port) => [port, lab.ports[port]]))
  const absent = {
    name: component.name,
    ports,
    pid: undefined,
    uptimeMs: undefined,
    rssBytes: undefined,
    pssBytes: undefined,
  }
  if (record === undefined) return { ...absent, state: 'down', saw: undefined }
  if (!isRunning(record)) {
    return { ...absent, state: 'dead', saw: `process ${record.pid} has ended; npm run logs -- ${component.name}` }
  }
  const probes = await Promise.all(component.ready(lab).map((check) => probeOnce(check, PROBE_TIMEOUT_MS)))
  const unready = probes.find((probe) => !probe.ready)
  const memory = memoryUse(record.pid)
  return {
    name: component.name,
    state: unready === undefined ? 'ready' : 'not ready',
    pid: record.pid,
    ports,
    uptimeMs: Date.now() - record.startedAtMs,
    rssBytes: memory?.rssBytes,
    pssBytes: memory?.pssBytes,
    saw: unready?.saw,
  }
}
