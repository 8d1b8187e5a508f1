// Brings up every component of a lab, all at once as far as they do not need each other, and takes back what it started
// when one fails or the user interrupts. Owns the order; what the components are is in components.ts.
import type { Component, ComponentName } from './components.ts'
import { LabError } from '../../lab-error.ts'
import type { LabDescription } from '../../lab-description.ts'
import { writeDescription } from '../../lab-description.ts'
import type { Output } from '../../command-line/output.ts'
import { formatDuration } from '../../command-line/output.ts'
import { checkPorts } from '../../machine/check-ports.ts'
import type { ProcessRecord } from './processes/processes.ts'
import { forgetProcess, isRunning, lastOutput, readRecord } from './processes/processes.ts'
import { NotReadyError } from '../../readiness.ts'
import { findRunning, startComponent, stopComponent, waitUntilReady } from './run-component.ts'
import type { ComponentTiming, StartedLab } from '../runtime.ts'
import { stateDirectory } from '../../state-directory.ts'

const KEPT_LOG_LINES = 12

export async function startLab(
  lab: LabDescription,
  components: Component[],
  out: Output,
  signal: AbortSignal,
): Promise<StartedLab> {
  const startedAt = performance.now()
  const running = new Map(components.map((component) => [component.name, findRunning(component, lab)]))
  await checkPorts(
    components
      .filter(({ name }) => running.get(name) === undefined)
      .flatMap(({ name: component, ports }) => ports.map((name) => ({ component, name, number: lab.ports[name] }))),
  )

  const started: ProcessRecord[] = []
  const timings: ComponentTiming[] = []
  const failure = new AbortController()
  const either = AbortSignal.any([signal, failure.signal])
  const takeBack = async () => {
    await Promise.all(
      started.map((record) =>
        stopComponent(record, lab.stateDir, components.find(({ name }) => name === record.name)?.graceMs ?? 5_000),
      ),
    )
  }

  const ready = new Map<ComponentName, Promise<void>>()
  const bringUp = async (component: Component) => {
    for (const name of component.needs) await ready.get(name)
    either.throwIfAborted()
    const launchedMs = performance.now() - startedAt
    const record = running.get(component.name)
    if (record === undefined) started.push(await launchRecorded(component, lab, either, started))
    else await awaitRunning(component, lab, either, record)
    if (component.name === 'postgres') writeDescription(lab)
    const timing = {
      name: component.name,
      launchedMs,
      readyMs: performance.now() - startedAt,
      alreadyRunning: record !== undefined,
    }
    timings.push(timing)
    out.progress(
      `${component.name.padEnd(14)}${timing.alreadyRunning ? 'runs' : `ready after ${formatDuration(timing.readyMs)}`}`,
    )
    const awaited = components.filter(({ name }) => !timings.some((done) => done.name === name))
    if (awaited.length > 0) out.transient(`waiting for ${awaited.map(({ name }) => name).join(', ')}`)
  }

  writeDescription(lab)
  // In the table every component stands after those it needs, so their promises exist by then.
  for (const component of components) {
    const up = bringUp(component)
    up.catch((error: unknown) => failure.abort(error))
    ready.set(component.name, up)
  }
  await Promise.allSettled(ready.values())
  if (either.aborted) {
    await takeBack()
    // The first failure aborts the rest; what they then say is only that.
    throw signal.aborted ? signal.reason : failure.signal.reason
  }
  return { timings, takeBack }
}

/** A component that never became ready has been started all the same, and has to be taken back. */
async function launchRecorded(
  component: Component,
  lab: LabDescription,
  signal: AbortSignal,
  started: ProcessRecord[],
): Promise<ProcessRecord> {
  try {
    return await startComponent(component, lab, signal)
  } catch (error) {
    const { run } = stateDirectory(lab.stateDir)
    const record = readRecord(run, component.name)
    if (record !== undefined && isRunning(record)) started.push(record)
    else forgetProcess(run, component.name)
    throw signal.aborted ? error : explain(component, lab, error, record)
  }
}

async function awaitRunning(
  component: Component,
  lab: LabDescription,
  signal: AbortSignal,
  record: ProcessRecord,
): Promise<void> {
  try {
    await waitUntilReady(component, lab, { signal })
  } catch (error) {
    throw signal.aborted ? error : explain(component, lab, error, record)
  }
}

/** With the last lines of this very process: the output file holds those of earlier starts as well. */
function explain(
  component: Component,
  lab: LabDescription,
  error: unknown,
  record: ProcessRecord | undefined,
): unknown {
  if (!(error instanceof NotReadyError)) return error
  return new LabError(`${component.name} is not ready: ${error.message}`, {
    cause: error,
    logLines: lastOutput(stateDirectory(lab.stateDir).run, component.name, KEPT_LOG_LINES, record?.outputFromByte),
    advice: component.advice,
  })
}
