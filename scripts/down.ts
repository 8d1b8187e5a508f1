// Stops the lab, and with --volumes forgets its data.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { COMMON_OPTIONS, EXIT, runCommand } from './lab/command-line/command.ts'
import { currentLab } from './lab/current-lab.ts'
import { forgetDescription } from './lab/lab-description.ts'
import { withLabLock } from './lab/lab-lock.ts'
import { formatDuration } from './lab/command-line/output.ts'
import { removePostgres } from './lab/runtime/embedded/postgres/postgres.ts'
import { postgresDataDir } from './lab/runtime/embedded/run-component.ts'
import { stateDirectory } from './lab/state-directory.ts'
import { stopLab } from './lab/runtime/embedded/stop-lab.ts'

await runCommand({
  name: 'down',
  summary: 'Stops the lab, and with --volumes forgets its data.',
  description:
    'Every process is asked to end and has 12 s to hand over what it still holds; after that it is killed. Data and logs stay\n' +
    'for the next start unless --volumes is given. Works when nothing is running, too.',
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
    const { stateDir } = currentLab(values['port-offset'])
    if (!existsSync(stateDirectory(stateDir).run)) {
      out.line('nothing is running')
      out.json({ stateDir, stopped: [], forgotten: false })
      return EXIT.ok
    }
    const stopped = await withLabLock(stateDir, out, async () => {
      const ended = await stopLab(stateDir, ({ name, outcome, tookMs }) =>
        out.line(`${name.padEnd(14)}${outcome} (${formatDuration(tookMs)})`),
      )
      forgetDescription(stateDir)
      if (values.volumes) await forget(stateDir)
      return ended
    })
    if (stopped.length === 0) out.line('nothing is running')
    if (values.volumes) out.line('data, logs and positions are gone')
    out.json({ stateDir, stopped, forgotten: values.volumes })
    return EXIT.ok
  },
})

/** Only what a lab writes: PLAYGROUND_DIR may point at a folder that holds other things as well. */
async function forget(stateDir: string): Promise<void> {
  await removePostgres({ dataDir: postgresDataDir(stateDir) })
  const { data, logs, agent, run } = stateDirectory(stateDir)
  for (const dir of [data, logs, agent]) rmSync(dir, { recursive: true, force: true })
  for (const file of readdirSync(run)) if (file !== 'lab.lock') rmSync(join(run, file), { force: true })
}
