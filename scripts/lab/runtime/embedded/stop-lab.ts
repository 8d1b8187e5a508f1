// Ends whatever a state directory says is running, in an order that lets each hand over what it still has.
import { readRecords } from './processes/processes.ts'
import type { StoppedComponent } from '../runtime.ts'
import type { ProcessRecord } from './processes/processes.ts'
import { stopPostgres } from './postgres/postgres.ts'
import { postgresDataDir, stopComponent } from './run-component.ts'
import { stateDirectory } from '../../state-directory.ts'

const GRACE_MS = 12_000

/** Producers before those they produce for: the services' last spans reach the agent, the agent's last batches the backend. */
const ORDER = [
  ['gateway', 'console', 'node-exporter'],
  ['checkout'],
  ['inventory', 'payment'],
  ['agent'],
  ['backend', 'postgres'],
]

export async function stopLab(
  stateDir: string,
  onStopped: (stopped: StoppedComponent) => void = () => {},
): Promise<StoppedComponent[]> {
  const records = readRecords(stateDirectory(stateDir).run)
  const known = new Set(ORDER.flat())
  const stages = [
    ...ORDER.map((names) => records.filter(({ name }) => names.includes(name))),
    records.filter(({ name }) => !known.has(name)),
  ]
  const stopped: StoppedComponent[] = []
  for (const stage of stages) {
    await Promise.all(
      stage.map(async (record) => {
        const result = await stopOne(record, stateDir)
        stopped.push(result)
        onStopped(result)
      }),
    )
  }
  // An `up` that was killed between starting Postgres and writing that down leaves it without a pid file.
  await stopPostgres({ dataDir: postgresDataDir(stateDir), timeoutMs: GRACE_MS })
  return stopped
}

async function stopOne(record: ProcessRecord, stateDir: string): Promise<StoppedComponent> {
  const startedAt = performance.now()
  const outcome = await stopComponent(record, stateDir, GRACE_MS)
  return { name: record.name, outcome, tookMs: performance.now() - startedAt }
}
