// Starts the lab in the background and proves that it works.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { activeFaults, describeFault } from './lab/active-faults.ts'
import type { ActiveFault } from './lab/active-faults.ts'
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import { findLab, placeOf } from './lab/current-lab.ts'
import { interruption } from './lab/command-line/interruption.ts'
import { adopt, describeLab, differences, storeUrls, url } from './lab/lab-description.ts'
import type { GivenOptions, LabDescription } from './lab/lab-description.ts'
import { LabError } from './lab/lab-error.ts'
import { withLabLock } from './lab/lab-lock.ts'
import type { Output } from './lab/command-line/output.ts'
import { formatDuration, table } from './lab/command-line/output.ts'
import { proveCheckout } from './lab/proof/proof.ts'
import { isProven, printProof, proofJson } from './lab/proof/proof-report.ts'
import { chooseRuntime } from './lab/runtime/choose-runtime.ts'
import type { RuntimeName } from './lab/runtime/runtime-name.ts'
import { givenDockerSettings, givenPorts, readSettings, settingsSources } from './lab/settings.ts'
import { runtimeOf } from './lab/runtime/runtime.ts'
import type { ComponentTiming, Runtime } from './lab/runtime/runtime.ts'
import { prepareStateDirectory, stateDirectory } from './lab/state-directory.ts'

await runCommand({
  name: 'up',
  summary: 'Starts the lab in the background and proves that it works.',
  description:
    'Starts the shop, an agent, Loki, Tempo and Prometheus, sends one checkout, and finds it by its trace id in logs, trace and\n' +
    'metrics. In Docker these are the real ones, with Grafana, where an engine answers and the images are there or can be pulled;\n' +
    'otherwise it says why not and runs their embedded twins, with the console. When the lab is up already, what is missing is\n' +
    'started and the proof is driven again. When something fails, everything this command has started is stopped again.',
  options: {
    docker: { type: 'boolean', help: 'the real stores, Grafana and AGENT in Docker, or an error (also LAB_RUNTIME)' },
    embedded: { type: 'boolean', help: 'the embedded runtime, even where Docker is' },
    memory: { type: 'boolean', help: 'embedded: keep no data of the stores on disk' },
    'agent-bin': {
      type: 'string',
      value: 'PATH',
      help: 'embedded: a collector of your own in place of the built-in agent',
    },
    'agent-config': {
      type: 'string',
      value: 'FILE',
      help: "embedded: the agent's configuration (default agent/grafana-agent.yaml)",
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
    'AGENT=otelcol npm run up -- --docker      alloy (default), grafana-agent, otelcol or builtin',
    'npm run up -- --agent-bin ./otelcol --agent-config my.yaml',
    'LOKI_PORT=3101 npm run up                 one port moved (npm run doctor lists them all)',
  ],
  async run({ values, out }) {
    if (values.docker && values.embedded) throw new UsageError('--docker and --embedded exclude each other')
    const startedAt = performance.now()
    const sources = settingsSources(values['port-offset'])
    const settings = readSettings(sources)
    const options = {
      memory: values.memory,
      agentBin: existingFile('--agent-bin', values['agent-bin']),
      agentConfig: existingFile('--agent-config', values['agent-config']),
      ownDatabase: settings.databaseUrl !== undefined,
    }
    const given: GivenOptions = {
      ports: givenPorts(sources),
      docker: givenDockerSettings(sources),
      memory: options.memory,
      agentBin: options.agentBin !== undefined,
      agentConfig: options.agentConfig !== undefined,
      ownDatabase: options.ownDatabase,
    }
    prepareStateDirectory(stateDirectory(settings.stateDir))

    return withLabLock(settings.stateDir, out, async () => {
      using interrupted = interruption()
      const found = await findLab(settings)
      const running = found !== undefined && (await (await runtimeOf(found)).isUp(found)) ? found : undefined
      const { runtime: name, reason } = await chooseRuntime({
        asked: askedRuntime(values, settings.runtime),
        embeddedOnly: embeddedOnly(given),
        running,
        wanted: describeLab(settings, { runtime: 'docker' }),
      })
      out.progress(`runtime: ${name} (${reason})`)
      const lab = adoptRunning(describeLab(settings, { ...options, runtime: name }), given, running, out)
      if (name === 'embedded' && given.docker.has('agent') && settings.docker.agent !== 'builtin')
        out.progress(`AGENT=${settings.docker.agent} is for Docker; a collector of your own is named by --agent-bin`)
      const runtime = await runtimeOf(lab)
      if (running !== undefined) await refuseCrippled(runtime, lab, out)
      const { timings, takeBack } = await runtime.start(lab, { out, signal: interrupted.signal })
      const readyMs = performance.now() - startedAt
      try {
        const proof = await proveCheckout(lab, { signal: interrupted.signal })
        const totalMs = performance.now() - startedAt
        out.line()
        printProof(proof, out)
        if (values.timings) printTimings(timings, { readyMs, totalMs }, out)
        if (!isProven(proof)) throw notProven(proof.evidence.missing, await activeFaults(lab))
        out.json({
          runtime: name,
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

function askedRuntime(values: { docker: boolean; embedded: boolean }, setting: RuntimeName | undefined) {
  if (values.docker) return { runtime: 'docker', by: '--docker' } as const
  if (values.embedded) return { runtime: 'embedded', by: '--embedded' } as const
  return setting === undefined ? undefined : { runtime: setting, by: 'LAB_RUNTIME' }
}

function embeddedOnly({ memory, agentBin, agentConfig, ownDatabase }: GivenOptions): string[] {
  return [
    ...(memory ? ['--memory'] : []),
    ...(agentBin ? ['--agent-bin'] : []),
    ...(agentConfig ? ['--agent-config'] : []),
    ...(ownDatabase ? ['DATABASE_URL'] : []),
  ]
}

/** A lab that runs stays what it is: what was not said is taken from it, and asking for another one in its place is refused. */
function adoptRunning(
  wanted: LabDescription,
  given: GivenOptions,
  running: LabDescription | undefined,
  out: Output,
): LabDescription {
  if (running === undefined) return wanted
  const lab = running.runtime === wanted.runtime ? adopt(running, wanted, given) : wanted
  const refused = differences(running, lab)
  if (refused.length > 0) {
    throw new LabError(`another lab is up ${placeOf(running)}: ${refused.join('; ')}`, {
      advice: 'npm run down first, or start a second lab beside it with --port-offset or PLAYGROUND_DIR',
    })
  }
  const kept = differences(running, wanted)
  if (kept.length > 0) out.progress(`the lab that is up stays as it was started: ${kept.join('; ')}`)
  return lab
}

/** The victim of a fault may stay unready for as long as the fault is on: said at once, and nothing is touched. */
async function refuseCrippled(runtime: Runtime, lab: LabDescription, out: Output): Promise<void> {
  const faults = await activeFaults(lab)
  if (faults.length === 0) return
  for (const fault of faults) out.progress(out.aimed(`${describeFault(fault)}; off with: ${fault.off}`))
  const unready = (await runtime.status(lab))
    .filter(({ name, state }) => state === 'not ready' && faults.some(({ service }) => service === name))
    .map(({ name }) => name)
  if (unready.length === 0) return
  throw new LabError(
    `the lab is up, but ${unready.join(', ')} is not ready: ${faults.map(describeFault).join('; ')}`,
    liftFirst(faults),
  )
}

function liftFirst(faults: ActiveFault[]): { advice: string } {
  return { advice: `${faults.map(({ off }) => off).join('; ')}; then npm run up` }
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
  const up = `${out.style('ok', 'The lab is up')} (${formatDuration(totalMs)}).`
  if (lab.runtime === 'docker' && lab.docker.grafana === 'off') out.line(`${up} Point a Grafana at:`)
  else if (lab.runtime === 'docker') out.line(`${up} Look at Grafana ${url(lab, 'grafana')}, or ask:`)
  else out.line(`${up} Look at ${url(lab, 'console')}, or point a Grafana at:`)
  const { loki, tempo, jaeger, prometheus } = storeUrls(lab)
  const traces = jaeger === undefined ? `Tempo ${tempo}` : `Jaeger ${jaeger}`
  out.line(`           Loki ${loki}  ${traces}  Prometheus ${prometheus}`)
  out.line(
    out.aimed(
      'Next       npm run checkout, npm run fault -- db-timeout on, npm run load, npm run status, npm run down',
    ),
  )
}
