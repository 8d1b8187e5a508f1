// Shows the lab's processes: ready or not, ports, memory, since when; and which faults are on.
import { activeFaults, describeFault } from './lab/active-faults.ts'
import { COMMON_OPTIONS, EXIT, runCommand } from './lab/command-line/command.ts'
import { embeddedComponents } from './lab/runtime/embedded/components.ts'
import { currentLab } from './lab/current-lab.ts'
import { componentStatus } from './lab/runtime/embedded/component-status.ts'
import type { ComponentStatus } from './lab/runtime/embedded/component-status.ts'
import type { Output } from './lab/command-line/output.ts'
import { formatBytes, formatDuration, table } from './lab/command-line/output.ts'

await runCommand({
  name: 'status',
  summary: "Shows the lab's processes: ready or not, ports, memory, since when; and which faults are on.",
  options: COMMON_OPTIONS,
  exitCodes: { 0: 'every component runs and is ready', 1: 'at least one does not', 2: 'wrong usage or settings' },
  examples: ['npm run status', 'npm run --silent status -- --json | jq .components'],
  async run({ values, out }) {
    const lab = currentLab(values['port-offset'])
    const [components, faults] = await Promise.all([
      Promise.all(embeddedComponents(lab).map((component) => componentStatus(component, lab))),
      activeFaults(lab),
    ])
    const ready = components.every(({ state }) => state === 'ready')
    out.json({ runtime: lab.runtime, stateDir: lab.stateDir, ready, components, faults })
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
  const header = ['component', 'state', 'pid', 'up for', 'rss', 'pss', 'ports']
  const rows = components.map(({ name, state, pid, uptimeMs, rssBytes, pssBytes, ports }) => [
    name,
    out.style(state === 'ready' ? 'ok' : 'bad', state),
    pid === undefined ? '-' : String(pid),
    uptimeMs === undefined ? '-' : formatDuration(uptimeMs),
    rssBytes === undefined ? '-' : formatBytes(rssBytes),
    pssBytes === undefined ? '-' : formatBytes(pssBytes),
    Object.entries(ports)
      .map(([port, number]) => `${port} ${number}`)
      .join(', '),
  ])
  for (const line of table([header, ...rows])) out.line(line)
  const total = (pick: (status: ComponentStatus) => number | undefined) =>
    components.reduce((sum, status) => sum + (pick(status) ?? 0), 0)
  out.line(
    `memory: ${formatBytes(total((status) => status.rssBytes))} RSS, ${formatBytes(total((status) => status.pssBytes))} PSS`,
  )
  for (const { name, saw } of components) if (saw !== undefined) out.line(out.aimed(`${name}: ${saw}`))
}
