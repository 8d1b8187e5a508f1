// Shows the lab's components: ready or not, ports, processor, memory, since when; and which faults are on.
import { activeFaults, describeFault } from './lab/active-faults.ts'
import { COMMON_OPTIONS, EXIT, runCommand } from './lab/command-line/command.ts'
import { currentLab } from './lab/current-lab.ts'
import type { Output } from './lab/command-line/output.ts'
import { formatBytes, formatDuration, table } from './lab/command-line/output.ts'
import type { ComponentStatus } from './lab/runtime/runtime.ts'
import { runtimeOf } from './lab/runtime/runtime.ts'

await runCommand({
  name: 'status',
  summary: "Shows the lab's components: ready or not, ports, processor, memory, since when; and which faults are on.",
  options: COMMON_OPTIONS,
  exitCodes: { 0: 'every component runs and is ready', 1: 'at least one does not', 2: 'wrong usage or settings' },
  examples: ['npm run status', 'npm run --silent status -- --json | jq .components'],
  async run({ values, out }) {
    const lab = await currentLab(values['port-offset'])
    const runtime = await runtimeOf(lab)
    const [components, faults] = await Promise.all([runtime.status(lab), activeFaults(lab)])
    const ready = components.every(({ state }) => state === 'ready')
    const place = lab.runtime === 'docker' ? { project: lab.project, ...lab.docker } : { stateDir: lab.stateDir }
    out.json({ runtime: lab.runtime, ...place, ready, components, faults })
    print(components, out)
    for (const fault of faults) out.line(out.aimed(`${describeFault(fault)}; sooner off with: ${fault.off}`))
    return ready ? EXIT.ok : EXIT.failed
  },
})

function print(components: ComponentStatus[], out: Output): void {
  if (components.every(({ state }) => state === 'down')) {
    out.line(out.aimed('the lab is down. Try: npm run up'))
    return
  }
  const header = ['component', 'state', 'pid', 'up for', 'cpu', 'memory', 'pss', 'ports']
  const rows = components.map(({ name, state, pid, uptimeMs, cpuPercent, rssBytes, pssBytes, ports }) => [
    name,
    out.style(state === 'ready' ? 'ok' : 'bad', state),
    pid === undefined ? '-' : String(pid),
    uptimeMs === undefined ? '-' : formatDuration(uptimeMs),
    cpuPercent === undefined ? '-' : `${cpuPercent.toFixed(1)}%`,
    rssBytes === undefined ? '-' : formatBytes(rssBytes),
    pssBytes === undefined ? '-' : formatBytes(pssBytes),
    Object.entries(ports)
      .map(([port, number]) => `${port} ${number}`)
      .join(', '),
  ])
  for (const line of table([header, ...rows])) out.line(line)
  const total = (pick: (status: ComponentStatus) => number | undefined) =>
    components.reduce((sum, status) => sum + (pick(status) ?? 0), 0)
  const pss = total((status) => status.pssBytes)
  const shared = pss === 0 ? '' : `, ${formatBytes(pss)} PSS`
  const cpu = total((status) => status.cpuPercent).toFixed(0)
  out.line(`memory: ${formatBytes(total((status) => status.rssBytes))} RSS${shared}; processor: ${cpu}% of one core`)
  for (const { name, saw } of components) if (saw !== undefined) out.line(out.aimed(`${name}: ${saw}`))
}
