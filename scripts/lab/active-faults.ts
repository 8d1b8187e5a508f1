// Which faults are on in a lab that runs: they explain why something is not ready or not proven.
import { asArray, asText, field, parseObject } from './json.ts'
import type { LabDescription } from './lab-description.ts'
import { url } from './lab-description.ts'
import type { PortName } from './ports.ts'

/** The faults `npm run fault` knows to prove, and the ops server that switches each. */
export const PROVABLE_FAULTS: Record<string, PortName> = { 'db-timeout': 'inventoryOps' }

const OPS_PORTS = ['gatewayOps', 'checkoutOps', 'inventoryOps', 'paymentOps'] as const
/** The switches need neither database nor pool, so they answer at once while a fault is on. */
const ASK_TIMEOUT_MS = 1_000

export interface ActiveFault {
  name: string
  service: string
  /** ISO 8601. */
  expiresAt: string
  /** The command that lifts it. */
  off: string
}

/** A service that does not answer has no fault anybody could lift. */
export async function activeFaults(lab: LabDescription): Promise<ActiveFault[]> {
  const lists = await Promise.all(OPS_PORTS.map((port) => faultsOf(url(lab, port), lab.portOffset).catch(() => [])))
  return lists.flat()
}

async function faultsOf(opsUrl: string, portOffset: number): Promise<ActiveFault[]> {
  const response = await fetch(new URL('/faults', opsUrl), { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) })
  const body = parseObject(await response.text())
  return asArray(body['faults']).flatMap((fault) => {
    const expiresAt = asText(field(fault, 'active', 'expiresAt'))
    if (expiresAt === '') return []
    const name = asText(field(fault, 'name'))
    const offset = portOffset === 0 ? '' : ` --port-offset ${portOffset}`
    const off =
      PROVABLE_FAULTS[name] === undefined
        ? `curl -X DELETE ${opsUrl}/faults/${name}`
        : `npm run fault -- ${name} off${offset}`
    return [{ name, service: asText(body['service']), expiresAt, off }]
  })
}

export const describeFault = ({ name, service, expiresAt }: ActiveFault) =>
  `the fault ${name} of ${service} is on until ${expiresAt}`
