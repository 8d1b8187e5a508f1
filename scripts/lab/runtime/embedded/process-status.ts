import { setTimeout as sleep } from 'node:timers/promises'
import type { LabDescription } from '../../lab-description.ts'
import { probeOnce } from '../../readiness.ts'
import { stateDirectory } from '../../state-directory.ts'
import type { ComponentStatus } from '../runtime.ts'
import type { Component } from './components.ts'
import { cpuTimeMs, memoryUse } from './processes/process-identity.ts'
import { isRunning, readRecord } from './processes/processes.ts'

const PROBE_TIMEOUT_MS = 2_000
/** /proc counts in steps of 10 ms, so shorter samples would show nothing or much too much. */
const CPU_SAMPLE_MS = 300

export async function processStatus(component: Component, lab: LabDescription): Promise<ComponentStatus> {
  const record = readRecord(stateDirectory(lab.stateDir).run, component.name)
  const ports = Object.fromEntries(component.ports.map((port) => [port, lab.ports[port]]))
  const absent = {
    name: component.name,
    ports,
    pid: undefined,
    uptimeMs: undefined,
    cpuPercent: undefined,
    rssBytes: undefined,
    pssBytes: undefined,
  }
  if (record === undefined) return { ...absent, state: 'down', saw: undefined }
  if (!isRunning(record)) {
    return { ...absent, state: 'dead', saw: `process ${record.pid} has ended; npm run logs -- ${component.name}` }
  }
  const [cpuPercent, ...probes] = await Promise.all([
    cpuPercentOf(record.pid),
    ...component.ready(lab).map((check) => probeOnce(check, PROBE_TIMEOUT_MS)),
  ])
  const unready = probes.find((probe) => !probe.ready)
  const memory = memoryUse(record.pid)
  return {
    name: component.name,
    state: unready === undefined ? 'ready' : 'not ready',
    pid: record.pid,
    ports,
    uptimeMs: Date.now() - record.startedAtMs,
    cpuPercent,
    rssBytes: memory?.rssBytes,
    pssBytes: memory?.pssBytes,
    saw: unready?.saw,
  }
}

async function cpuPercentOf(pid: number): Promise<number | undefined> {
  const startedAt = performance.now()
  const before = cpuTimeMs(pid)
  if (before === undefined) return undefined
  await sleep(CPU_SAMPLE_MS)
  const after = cpuTimeMs(pid)
  if (after === undefined) return undefined
  return Math.max(0, ((after - before) / (performance.now() - startedAt)) * 100)
}
