// Stops the lab, and with --volumes forgets its data.
import { COMMON_OPTIONS, EXIT, runCommand } from './lab/command-line/command.ts'
import { labsToStop } from './lab/current-lab.ts'
import { withLabLock } from './lab/lab-lock.ts'
import { formatDuration } from './lab/command-line/output.ts'
import { runtimeOf } from './lab/runtime/runtime.ts'
import type { StoppedComponent } from './lab/runtime/runtime.ts'

await runCommand({
  name: 'down',
  summary: 'Stops the lab, and with --volumes forgets its data.',
  description:
    'Every process or container is asked to end and has 12 s to hand over what it still holds; after that it is killed. Data\n' +
    'stays for the next start unless --volumes is given. Works when nothing is running, and for a lab that was started with\n' +
    'docker compose up.',
  options: {
    volumes: { type: 'boolean', help: 'also remove data, logs and positions' },
    ...COMMON_OPTIONS,
  },
  exitCodes: {
    0: 'nothing is running any more',
    1: 'something could not be stopped or removed',
    2: 'wrong usage or settings',
  },
  examples: ['npm run down', 'npm run down -- --volumes', 'npm run down -- --port-offset 1000'],
  async run({ values, out }) {
    const labs = await labsToStop(values['port-offset'])
    const stopped: StoppedComponent[] = []
    for (const lab of labs) {
      const runtime = await runtimeOf(lab)
      await withLabLock(lab.stateDir, out, async () => {
        const ended = await runtime.stop(lab, {
          volumes: values.volumes,
          onStopped: ({ name, outcome, tookMs }) =>
            out.line(`${name.padEnd(14)}${outcome} (${formatDuration(tookMs)})`),
        })
        stopped.push(...ended)
      })
    }
    if (stopped.length === 0) out.line('nothing is running')
    const forgotten = values.volumes && labs.length > 0
    if (forgotten) out.line('data, logs and positions are gone')
    out.json({ runtimes: labs.map(({ runtime }) => runtime), stopped, forgotten })
    return EXIT.ok
  },
})
