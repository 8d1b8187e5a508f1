import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../lab-error.ts'
import { PORTS } from '../ports.ts'
import type { PortName } from '../ports.ts'
import { HOST } from '../settings.ts'
import { isPortFree, portHolder } from './port-holder.ts'

const PORT_RELEASE_MS = 2_000

export interface WantedPort {
  component: string
  /** Undefined: a port that is no setting of the lab's. */
  name: PortName | undefined
  number: number
}

/** All busy ports at once, each with the setting that moves it and, where it can be told, who holds it. @throws LabError */
export async function checkPorts(wanted: WantedPort[]): Promise<void> {
  const chosen = wanted.filter(({ number }) => number !== 0)
  const free = await Promise.all(chosen.map(({ number }) => becomesFree(number)))
  const busy = chosen.filter((_, i) => free[i] === false)
  if (busy.length === 0) return
  const lines = busy.map(({ component, name, number }) => {
    const holder = portHolder(number)
    const by = holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`
    const how = name === undefined ? '' : `; ${PORTS[name].env} moves this port`
    return `port ${number} for ${component} is busy: ${by} holds it${how}`
  })
  throw new LabError(lines.join('\n'), {
    advice: 'a second lab beside another one: npm run up -- --port-offset 1000; if that process is a leftover, end it',
  })
}

/** A port may be free only a moment after the process that held it has ended. */
async function becomesFree(port: number): Promise<boolean> {
  if (await isPortFree(HOST, port)) return true
  if (portHolder(port) !== undefined) return false
  const deadline = Date.now() + PORT_RELEASE_MS
  while (Date.now() < deadline) {
    await sleep(50)
    if (await isPortFree(HOST, port)) return true
  }
  return false
}
