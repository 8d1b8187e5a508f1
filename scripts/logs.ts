// Shows what the lab's components have printed, of one or of all.
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import { currentLab } from './lab/current-lab.ts'
import { interruption } from './lab/command-line/interruption.ts'
import { runtimeOf } from './lab/runtime/runtime.ts'

await runCommand({
  name: 'logs',
  positionals: '[COMPONENT]',
  maxPositionals: 1,
  summary: "Shows what the lab's components have printed, of one or of all.",
  description:
    'Embedded, a service has two files: what the process printed, and its JSON log lines, which the agent ships to Loki. Both\n' +
    'are shown, and stay after npm run down. In Docker it is what the containers print; it goes with them.',
  options: {
    follow: { type: 'boolean', short: 'f', help: 'go on with new lines until Ctrl-C' },
    lines: { type: 'string', short: 'n', value: 'N', help: 'lines of each component (default 20)' },
    'port-offset': COMMON_OPTIONS['port-offset'],
  },
  exitCodes: { 0: 'shown', 2: 'wrong usage: no such component' },
  examples: ['npm run logs', 'npm run logs -- agent -n 100', 'npm run logs -- checkout -f'],
  async run({ values, positionals: [component], out }) {
    const lines = Number(values.lines ?? 20)
    if (!Number.isInteger(lines) || lines < 0) throw new UsageError(`--lines: expected a number, got "${values.lines}"`)
    const lab = await currentLab(values['port-offset'])
    const runtime = await runtimeOf(lab)
    const names = await runtime.componentNames(lab)
    if (component !== undefined && !names.includes(component)) {
      throw new UsageError(`there is no component "${component}"; there are: ${names.join(', ')}`)
    }
    const width = Math.max(13, ...names.map((name) => name.length))
    using interrupted = interruption()
    const shown = await runtime.logs(lab, {
      component,
      lines,
      follow: values.follow ? interrupted.signal : undefined,
      onLine: (name, line) =>
        out.line(component === undefined ? `${out.style('dim', name.padEnd(width))} ${line}` : line),
    })
    if (!shown) out.error('nothing has been logged yet')
    return EXIT.ok
  },
})
