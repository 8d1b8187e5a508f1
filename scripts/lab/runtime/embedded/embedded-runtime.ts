// The embedded runtime: every component is a process of this machine, known by its pid file. Nothing has to stay alive for it.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { LabDescription } from '../../lab-description.ts'
import { forgetDescription } from '../../lab-description.ts'
import { stateDirectory } from '../../state-directory.ts'
import type { LogRequest, Runtime, StartedLab, StartOptions } from '../runtime.ts'
import { embeddedComponents } from './components.ts'
import { embeddedIsUp } from './embedded-is-up.ts'
import { removePostgres } from './postgres/postgres.ts'
import { followLines, lastLines } from './processes/log-lines.ts'
import { descendants } from './processes/process-identity.ts'
import { isRunning, outputFile, readRecords } from './processes/processes.ts'
import { processStatus } from './process-status.ts'
import { postgresDataDir } from './run-component.ts'
import { startLab } from './start-lab.ts'
import { stopLab } from './stop-lab.ts'

export const embeddedRuntime: Runtime = {
  name: 'embedded',
  isUp: async (lab) => embeddedIsUp(lab),
  start,
  componentNames: async (lab) => embeddedComponents(lab).map(({ name }) => name),
  status: (lab) => Promise.all(embeddedComponents(lab).map((component) => processStatus(component, lab))),
  logs,
  async stop({ stateDir }, { volumes, onStopped }) {
    const stopped = await stopLab(stateDir, onStopped)
    forgetDescription(stateDir)
    if (volumes) await forget(stateDir)
    return stopped
  },
  async portOwner(lab) {
    const records = readRecords(stateDirectory(lab.stateDir).run).filter(isRunning)
    // A collector of the user's own may be a script that starts the one that listens.
    const ours = new Set(records.flatMap(({ pid }) => [pid, ...descendants(pid)]))
    const running = embeddedComponents(lab).filter((component) => records.some(({ name }) => name === component.name))
    // The system does not always tell who listens; a component that runs has bound its ports, or it would have ended.
    return (port, holder) =>
      holder === undefined ? running.some(({ ports }) => ports.includes(port)) : ours.has(holder.pid)
  },
}

async function start(lab: LabDescription, { out, signal }: StartOptions): Promise<StartedLab> {
  const forgetWhenEmpty = () => {
    if (!embeddedIsUp(lab)) forgetDescription(lab.stateDir)
  }
  try {
    const { timings, takeBack } = await startLab(lab, embeddedComponents(lab), out, signal)
    return {
      timings,
      async takeBack() {
        await takeBack()
        forgetWhenEmpty()
      },
    }
  } catch (error) {
    forgetWhenEmpty()
    throw error
  }
}

/** Of a service both what the process printed and the JSON log lines that the agent ships. */
async function logs(lab: LabDescription, { component, lines, follow, onLine }: LogRequest): Promise<boolean> {
  const state = stateDirectory(lab.stateDir)
  const files = embeddedComponents(lab)
    .filter(({ name }) => component === undefined || name === component)
    .flatMap(({ name }) =>
      [outputFile(state.run, name), join(state.logs, `${name}.log`)].map((path) => ({ name, path })),
    )
    .filter(({ path }) => existsSync(path))
  for (const { name, path } of files) for (const line of lastLines(path, lines)) onLine(name, line)
  if (follow !== undefined) {
    const fromNow = files.map((file) => ({ ...file, fromByte: statSync(file.path).size }))
    await followLines(fromNow, follow, onLine)
  }
  return files.length > 0
}

/** Only what a lab writes: PLAYGROUND_DIR may point at a folder that holds other things as well. */
async function forget(stateDir: string): Promise<void> {
  await removePostgres({ dataDir: postgresDataDir(stateDir) })
  const { data, logs: logDir, agent, run } = stateDirectory(stateDir)
  for (const dir of [data, logDir, agent]) rmSync(dir, { recursive: true, force: true })
  if (!existsSync(run)) return
  for (const file of readdirSync(run)) if (file !== 'lab.lock') rmSync(join(run, file), { force: true })
}
