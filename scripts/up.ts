// Starts the lab in the background and proves that it works.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { activeFaults, describeFault } from './lab/active-faults.ts'
import type { ActiveFault } from './lab/active-faults.ts'
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import { componentStatus } from './lab/runtime/embedded/component-status.ts'
import { embeddedComponents } from './lab/runtime/embedded/components.ts'
import { interruption } from './lab/command-line/interruption.ts'
import { adopt, describeLab, differences, forgetDescription, readDescription } from './lab/lab-description.ts'
import type { GivenOptions, LabDescription } from './lab/lab-description.ts'
import { LabError } from './lab/lab-error.ts'
import { withLabLock } from './lab/lab-lock.ts'
import type { Output } from './lab/command-line/output.ts'
import { formatDuration, table } from './lab/command-line/output.ts'
import { isRunning, readRecords } from './lab/runtime/embedded/processes/processes.ts'
import { proveCheckout } from './lab/proof/proof.ts'
import { isProven, printProof, proofJson } from './lab/proof/proof-report.ts'
import { chooseRuntime } from './lab/runtime/choose-runtime.ts'
import { givenPorts, HOST, readSettings } from './lab/settings.ts'
import { startLab } from './lab/runtime/embedded/start-lab.ts'
import type { ComponentTiming } from './lab/runtime/embedded/start-lab.ts'
import { prepareStateDirectory, stateDirectory } from './lab/state-directory.ts'

await runCommand({
  name: 'up',
  summary: 'Starts the lab in the background and proves that it works.',
  description:
    'Starts the shop, an agent, Loki, Tempo, Prometheus and the console, sends one checkout, and finds it by its trace id in\n' +
    'logs, trace and metrics. When the lab is up already, what is missing is started and the proof is driven again.\n' +
    'When something fails, everything this command has started is stopped again.',
  options: {
    embedded: { type: 'boolean', help: 'the embedded runtime, even where Docker is' },
    docker: { type: 'boolean', help: 'the real stores in Docker (not there yet)' },
    memory: { type: 'boolean', help: 'keep no data of the stores on disk' },
    'agent-bin': { type: 'string', value: 'PATH', help: 'a collector of your own in place of the built-in agent' },
    'agent-config': {
      type: 'string',
      value: 'FILE',
      help: "the agent's configuration (default agent/grafana-agent.yaml)",
    },
    timings: { type: 'boolean', help: 'when each component was launched and ready' },
    ...COMMON_OPTIONS,
  },
  exitCodes: {
    0: 'the lab is up and the proof was seen',
    1: 'a component is not ready, a fault is on or the proof was not seen: the reason is printed',
    2: 'wrong usage or settings',
    130: 'interrupted; what was started has been stopped',
  },
  examples: [
    'npm run up',
    'npm run up -- --port-offset 1000          a second lab beside the first',
    'npm run up -- --agent-bin ./otelcol --agent-config my.yaml',
    'LOKI_PORT=3101 npm run up                 one port moved (npm run doctor lists them all)',
  ],
  async run({ values, out }) {
    if (values.docker && values.embedded) throw new UsageError('--docker and --embedded exclude each other')
    const startedAt = performance.now()
    const settings = readSettings({ env: process.env, portOffset: values['port-offset'] })
    const { runtime, reason } = await chooseRuntime(values)
    out.progress(`runtime: ${runtime} (${reason})`)
    prepareStateDirectory(stateDirectory(settings.stateDir))
    const options = {
      memory: values.memory,
      agentBin: existingFile('--agent-bin', values['agent-bin']),
      agentConfig: existingFile('--agent-config', values['agent-config']),
      ownDatabase: settings.databaseUrl !== undefined,
    }
    const wanted = describeLab(settings, options)
    const given: GivenOptions = {
      ports: givenPorts({ env: process.env, portOffset: values['port-offset'] }),
      memory: options.memory,
      agentBin: options.agentBin !== undefined,
      agentConfig: options.agentConfig !== undefined,
      ownDatabase: options.ownDatabase,
    }

    return withLabLock(settings.stateDir, out, async () => {
      using interrupted = interruption()
      const lab = adoptRunning(wanted, given, readDescription(settings), out)
      await refuseCrippled(lab, out)
      const { timings, takeBack } = await startOrReport(lab, out, interrupted.signal)
      const readyMs = performance.now() - startedAt
      try {
        const proof = await proveCheckout(lab, { signal: interrupted.signal })
        const totalMs = performance.now() - startedAt
        out.line()
        printProof(proof, out)
        if (values.timings) printTimings(timings, { readyMs, totalMs }, out)
        if (!isProven(proof)) throw notProven(proof.evidence.missing, await activeFaults(lab))
        out.json({
          runtime,
          reason,
          stateDir: lab.stateDir,
          ports: lab.ports,
          readyMs,
          totalMs,
          timings,
          proof: proofJson(proof),
        })
        printAddresses(lab, totalMs, out)
        return EXIT.ok
      } catch (error) {
        await takeBack()
        forgetWhenEmpty(lab)
        throw error
      }
    })
  },
})

/** Absolute, since the agent is started from the clone and not from where the user stands (npm tells where that is). */
function existingFile(option: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined
  const path = resolve(process.env['INIT_CWD'] ?? process.cwd(), given)
  if (!existsSync(path)) throw new UsageError(`${option}: there is no file ${path}`)
  return path
}

/** A lab that runs stays what it is: what was not said is taken from it, and asking for another one in its place is refused. */
function adoptRunning(
  wanted: LabDescription,
  given: GivenOptions,
  stored: LabDescription | undefined,
  out: Output,
): LabDescription {
  const isUp = readRecords(stateDirectory(wanted.stateDir).run).some(isRunning)
  if (!isUp || stored === undefined) return wanted
  const lab = adopt(stored, wanted, given)
  const refused = differences(stored, lab)
  if (refused.length > 0) {
    throw new LabError(`another lab is up in ${wanted.stateDir}: ${refused.join('; ')}`, {
      advice: 'npm run down first, or start a second lab beside it with --port-offset or PLAYGROUND_DIR',
    })
  }
  const kept = differences(stored, wanted)
  if (kept.length > 0) out.progress(`the lab that is up stays as it was started: ${kept.join('; ')}`)
  return lab
}

/** The victim of a fault may stay unready for as long as the fault is on: said at once, and nothing is touched. */
async function refuseCrippled(lab: LabDescription, out: Output): Promise<void> {
  if (!readRecords(stateDirectory(lab.stateDir).run).some(isRunning)) return
  const faults = await activeFaults(lab)
  for (const fault of faults) out.progress(out.aimed(`${describeFault(fault)}; off with: ${fault.off}`))
  const victims = embeddedComponents(lab).filter(({ name }) => faults.some(({ service }) => service === name))
  const states = await Promise.all(victims.map((component) => componentStatus(component, lab)))
  const unready = states.filter(({ state }) => state === 'not ready').map(({ name }) => name)
  if (unready.length === 0) return
  throw new LabError(
    `the lab is up, but ${unready.join(', ')} is not ready: ${faults.map(describeFault).join('; ')}`,
    liftFirst(faults),
  )
}

function liftFirst(faults: ActiveFault[]): { advice: string } {
  return { advice: `${faults.map(({ off }) => off).join('; ')}; then npm run up` }
}

async function startOrReport(lab: LabDescription, out: Output, signal: AbortSignal) {
  try {
    return await startLab(lab, embeddedComponents(lab), out, signal)
  } catch (error) {
    forgetWhenEmpty(lab)
    throw error
  }
}

function forgetWhenEmpty(lab: LabDescription): void {
  if (!readRecords(stateDirectory(lab.stateDir).run).some(isRunning)) forgetDescription(lab.stateDir)
}

function notProven(missing: string[], faults: ActiveFault[]): LabError {
  const reasons = [...faults.map(describeFault), ...missing].join('; ')
  if (faults.length > 0) return new LabError(`the proof was not seen: ${reasons}`, liftFirst(faults))
  return new LabError(`everything is ready, but the proof was not seen: ${reasons}`, {
    advice: 'npm run logs -- agent shows what the agent sent where; npm run doctor checks the machine',
  })
}

function printTimings(
  timings: ComponentTiming[],
  { readyMs, totalMs }: { readyMs: number; totalMs: number },
  out: Output,
): void {
  out.line()
  const rows = timings.map(({ name, launchedMs, readyMs: at }) => [
    name,
    formatDuration(launchedMs),
    formatDuration(at),
  ])
  for (const row of table([['component', 'launched', 'ready'], ...rows])) out.line(row)
  out.line(`all ready after ${formatDuration(readyMs)}, proof after ${formatDuration(totalMs)}`)
}

function printAddresses(lab: LabDescription, totalMs: number, out: Output): void {
  const at = (port: keyof LabDescription['ports']) => `http://${HOST}:${lab.ports[port]}`
  out.line(
    `${out.style('ok', 'The lab is up')} (${formatDuration(totalMs)}). Look at ${at('console')}, or point a Grafana at:`,
  )
  out.line(`           Loki ${at('loki')}  Tempo ${at('tempo')}  Prometheus ${at('prometheus')}`)
  out.line(
    out.aimed(
      'Next       npm run checkout, npm run fault -- db-timeout on, npm run load, npm run status, npm run down',
    ),
  )
}
