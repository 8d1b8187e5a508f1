// capture, replay, import, compare and sql are commands of the recording package: started as a process, with the addresses of the running lab.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { activeFaults } from '../lab/active-faults.ts'
import { parseObject } from '../lab/json.ts'
import { currentLab } from '../lab/current-lab.ts'
import { storeUrls, url } from '../lab/lab-description.ts'
import { runtimeOf } from '../lab/runtime/runtime.ts'
import { ROOT } from '../lab/settings.ts'
import { EXIT } from '../lab/command-line/command.ts'
import { readActive } from './active-incident.ts'

const NEEDS_LAB = new Set(['capture', 'replay', 'sql'])

/** Answers the exit code. */
export async function recordingCommand(name: string, args: readonly string[]): Promise<number> {
  const { portOffset, rest } = takePortOffset(args)
  const asksForHelp = rest.includes('--help') || rest.includes('-h')
  const lab = NEEDS_LAB.has(name) && !asksForHelp ? await labOptions(name, portOffset, rest) : []
  const child = spawn(process.execPath, [join(ROOT, 'recording/src/cli/main.ts'), name, ...lab, ...rest], {
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? EXIT.failed
}

function takePortOffset(args: readonly string[]): { portOffset: string | undefined; rest: string[] } {
  const rest = [...args]
  const at = rest.findIndex((word) => word === '--port-offset' || word.startsWith('--port-offset='))
  if (at === -1) return { portOffset: undefined, rest }
  const joined = rest[at]?.split('=')[1]
  const [, next] = rest.splice(at, joined === undefined ? 2 : 1)
  return { portOffset: joined ?? next, rest }
}

/** Stores of the lab that runs. What is named on the command line is used alone: a capture from elsewhere has no part of this lab in it. */
async function labOptions(name: string, portOffset: string | undefined, rest: readonly string[]): Promise<string[]> {
  const named = ['--loki', '--tempo', '--prometheus', '--tempo-otlp', '--agent']
  if (rest.some((word) => named.includes(word.split('=')[0] ?? ''))) return []
  const lab = await currentLab(portOffset)
  if (!(await (await runtimeOf(lab)).isUp(lab))) return []
  const { loki, tempo, prometheus } = storeUrls(lab)
  const stores = ['--loki', loki, '--prometheus', prometheus]
  if (name === 'replay') {
    return [...stores, '--tempo-otlp', url(lab, 'tempoOtlpHttp'), '--agent', url(lab, 'agentOtlpHttp')]
  }
  if (name === 'sql') return [...stores, '--tempo', tempo]
  const facts = {
    playground: parseObject(readFileSync(join(ROOT, 'package.json'), 'utf8'))['version'],
    node: process.version,
    runtime: lab.runtime,
    agent: lab.agentBin ?? 'builtin',
    agentConfig: readFileSync(lab.agentConfig ?? join(ROOT, 'agent/grafana-agent.yaml'), 'utf8'),
    faults: await activeFaults(lab),
    docker: lab.runtime === 'docker' ? lab.docker : undefined,
    ports: lab.ports,
    memory: lab.memory,
    activeIncident: readActive(lab.stateDir),
  }
  return [...stores, '--tempo', tempo, '--facts', JSON.stringify(facts)]
}
