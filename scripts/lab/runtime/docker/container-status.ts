import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { asText, field } from '../../json.ts'
import type { ComponentStatus } from '../runtime.ts'
import { inspectContainer, isReady } from './containers.ts'
import type { ProjectContainer } from './containers.ts'

const CPU_SAMPLE_MS = 500

export async function containerStatus(docker: Dockerode, found: ProjectContainer): Promise<ComponentStatus> {
  const container = docker.getContainer(found.id)
  const [seen, use] = await Promise.all([
    inspectContainer(docker, found.id),
    found.isRunning ? resourceUse(container) : Promise.resolve(undefined),
  ])
  const State = seen?.State
  const state = !found.isRunning ? 'dead' : isReady(found) ? 'ready' : 'not ready'
  return {
    name: found.service,
    state,
    pid: State?.Pid || undefined,
    ports: found.ports,
    uptimeMs: State?.Running ? Date.now() - Date.parse(State.StartedAt) : undefined,
    cpuPercent: use?.cpuPercent,
    rssBytes: use?.memoryBytes,
    pssBytes: undefined,
    saw: state === 'ready' ? undefined : whatWasSeen(found, State),
  }
}

/** The health check's own last words where there is one, the engine's otherwise. */
export function whatWasSeen({ service, description, isRunning }: ProjectContainer, state: unknown): string {
  if (!isRunning) return `${description}; npm run logs -- ${service}`
  const checks = field(state, 'Health', 'Log')
  const last: unknown = Array.isArray(checks) ? checks.at(-1) : undefined
  const output = asText(field(last, 'Output')).replace(/\s+/g, ' ').trim()
  return output === '' ? description : `${description}: ${output.slice(0, 200)}`
}

async function resourceUse(container: Dockerode.Container) {
  const sample = (): Promise<unknown> => container.stats({ stream: false, 'one-shot': true })
  const startedAt = performance.now()
  const before = await sample()
  await sleep(CPU_SAMPLE_MS)
  const after = await sample()
  const number = (stats: unknown, ...path: string[]) => Number(field(stats, ...path) ?? 0)
  const cpuNanos = (stats: unknown) => number(stats, 'cpu_stats', 'cpu_usage', 'total_usage')
  const memory = (name: string) => number(after, 'memory_stats', 'stats', name)
  return {
    cpuPercent: ((cpuNanos(after) - cpuNanos(before)) / 1e6 / (performance.now() - startedAt)) * 100,
    // As `docker stats` counts: what the kernel could drop at once is not use (control groups 2 and 1 name it differently).
    memoryBytes: number(after, 'memory_stats', 'usage') - (memory('inactive_file') || memory('total_inactive_file')),
  }
}
