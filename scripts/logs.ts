// Shows what the lab's processes have printed, of one component or of all.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import { embeddedComponents } from './lab/runtime/embedded/components.ts'
import { currentLab } from './lab/current-lab.ts'
import { interruption } from './lab/command-line/interruption.ts'
import { followLines, lastLines } from './lab/runtime/embedded/processes/log-lines.ts'
import { outputFile } from './lab/runtime/embedded/processes/processes.ts'
import { stateDirectory } from './lab/state-directory.ts'

await runCommand({
  name: 'logs',
  positionals: '[COMPONENT]',
  maxPositionals: 1,
  summary: "Shows what the lab's processes have printed, of one component or of all.",
  description:
    'A service has two files: what the process printed, and its JSON log lines, which the agent ships to Loki. Both are shown.\n' +
    'The files stay after npm run down.',
  options: {
    follow: { type: 'boolean', short: 'f', help: 'go on with new lines until Ctrl-C' },
    lines: { type: 'string', short: 'n', value: 'N', help: 'lines of each file (default 20)' },
    'port-offset': COMMON_OPTIONS['port-offset'],
  },
  exitCodes: { 0: 'shown', 2: 'wrong usage: no such component' },
  examples: ['npm run logs', 'npm run logs -- agent -n 100', 'npm run logs -- checkout -f'],
  async run({ values, positionals: [wanted], out }) {
    const count = Number(values.lines ?? 20)
    if (!Number.isInteger(count) || count < 0) throw new UsageError(`--lines: expected a number, got "${values.lines}"`)
    const lab = currentLab(values['port-offset'])
    const names = embeddedComponents(lab).map(({ name }) => name)
    if (wanted !== undefined && !names.some((name) => name === wanted)) {
      throw new UsageError(`there is no component "${wanted}"; there are: ${names.join(', ')}`)
    }
    const { run, logs } = stateDirectory(lab.stateDir)
    const files = names
      .filter((name) => wanted === undefined || name === wanted)
      .flatMap((name) => [outputFile(run, name), join(logs, `${name}.log`)].map((path) => ({ name, path })))
      .filter(({ path }) => existsSync(path))
    const prefix = (name: string) => (wanted === undefined ? `${out.style('dim', name.padEnd(13))} ` : '')
    for (const { name, path } of files) for (const line of lastLines(path, count)) out.line(prefix(name) + line)
    if (files.length === 0) out.error('nothing has been logged yet')
    if (values.follow) {
      using interrupted = interruption()
      await followLines(
        files.map((file) => ({ ...file, fromByte: statSync(file.path).size })),
        interrupted.signal,
        (name, line) => out.line(prefix(name) + line),
      )
    }
    return EXIT.ok
  },
})
