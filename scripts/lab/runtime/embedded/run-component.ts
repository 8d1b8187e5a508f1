// Starts, finds and ends one component, whichever way it is launched. Postgres has a launcher of its own.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Component } from './components.ts'
import { processEnvironment } from './components.ts'
import { LabError } from '../../lab-error.ts'
import type { LabDescription } from '../../lab-description.ts'
import { startPostgres, stopPostgres } from './postgres/postgres.ts'
import { processIdentity } from './processes/process-identity.ts'
import {
  forgetProcess,
  isRunning,
  outputFile,
  readRecord,
  rememberProcess,
  startProcess,
  stopProcess,
} from './processes/processes.ts'
import type { ProcessRecord, StopOutcome } from './processes/processes.ts'
import { reasonOf, waitUntil } from '../../readiness.ts'
import { ROOT } from '../../settings.ts'
import { stateDirectory } from '../../state-directory.ts'

export const postgresDataDir = (stateDir: string) => join(stateDirectory(stateDir).data, 'postgres')

/** Starts it and waits until it is ready. Postgres also answers where it is: the port is free choice. */
export async function startComponent(
  component: Component,
  lab: LabDescription,
  signal: AbortSignal,
): Promise<ProcessRecord> {
  const { run } = stateDirectory(lab.stateDir)
  if (component.launch === undefined) return startDatabase(component, lab)
  const launch = component.launch(lab)
  const { record, exit } = await startProcess(run, {
    name: component.name,
    command: launch.command,
    args: launch.args,
    env: processEnvironment(lab, launch),
    cwd: ROOT,
  })
  await waitUntilReady(component, lab, {
    signal,
    giveUp: () => {
      const end = exit()
      if (end === undefined) return undefined
      return end.signal === null ? `it ended with exit code ${end.code}` : `it was ended by ${end.signal}`
    },
  })
  return record
}

async function startDatabase(component: Component, lab: LabDescription): Promise<ProcessRecord> {
  const { run } = stateDirectory(lab.stateDir)
  const output = outputFile(run, component.name)
  const outputFromByte = existsSync(output) ? statSync(output).size : 0
  const { pid, port, url, readerUrl } = await startPostgres({
    dataDir: postgresDataDir(lab.stateDir),
    port: lab.ports.postgres,
    logFile: output,
    cacheDir: join(ROOT, '.playground/cache'),
    startTimeoutMs: component.startTimeoutMs,
  }).catch((cause: unknown) => {
    if (cause instanceof LabError) throw cause
    throw new LabError(`Postgres cannot be started: ${reasonOf(cause)}`, { cause, advice: component.advice })
  })
  lab.ports.postgres = port
  lab.databaseUrl = url
  lab.readerUrl = readerUrl
  const record: ProcessRecord = {
    name: component.name,
    pid,
    identity: processIdentity(pid) ?? 'ended-at-once',
    startedAtMs: Date.now(),
    command: ['postgres'],
    outputFromByte,
  }
  rememberProcess(run, record)
  return record
}

export function findRunning(component: Component, lab: LabDescription): ProcessRecord | undefined {
  const record = readRecord(stateDirectory(lab.stateDir).run, component.name)
  return record !== undefined && isRunning(record) ? record : undefined
}

export async function waitUntilReady(
  component: Component,
  lab: LabDescription,
  options: { signal?: AbortSignal; giveUp?: () => string | undefined } = {},
): Promise<void> {
  await Promise.all(
    component.ready(lab).map((check) => waitUntil(check, { timeoutMs: component.startTimeoutMs, ...options })),
  )
}

export async function stopComponent(record: ProcessRecord, stateDir: string, graceMs: number): Promise<StopOutcome> {
  const { run } = stateDirectory(stateDir)
  if (record.name !== 'postgres') return stopProcess(run, record, { graceMs })
  const wasRunning = isRunning(record)
  await stopPostgres({ dataDir: postgresDataDir(stateDir), timeoutMs: graceMs })
  forgetProcess(run, record.name)
  return wasRunning ? 'stopped' : 'was not running'
}
