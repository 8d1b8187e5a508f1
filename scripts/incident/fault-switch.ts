// The switches of the services, as any operator could set them by curl.
import { asArray, asText, field, parseObject } from '../lab/json.ts'
import { LabError } from '../lab/lab-error.ts'

/** Lifting waits for the statements that still wait for a lock. */
const SWITCH_TIMEOUT_MS = 30_000

export async function switchOn(
  opsUrl: string,
  name: string,
  request: { ttlSeconds: number; params: Record<string, number> },
  signal: AbortSignal,
): Promise<void> {
  await ask(opsUrl, `/faults/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal: AbortSignal.any([signal, AbortSignal.timeout(SWITCH_TIMEOUT_MS)]),
  })
}

/** Off already is off. */
export async function switchOff(opsUrl: string, name: string): Promise<void> {
  await ask(opsUrl, `/faults/${name}`, { method: 'DELETE', signal: AbortSignal.timeout(SWITCH_TIMEOUT_MS) })
}

/** Names of the switches that are on. */
export async function activeSwitches(opsUrl: string): Promise<string[]> {
  const body = parseObject(await ask(opsUrl, '/faults', { signal: AbortSignal.timeout(SWITCH_TIMEOUT_MS) }))
  return asArray(body['faults'])
    .filter((fault) => field(fault, 'active') !== undefined)
    .map((fault) => asText(field(fault, 'name')))
}

async function ask(opsUrl: string, path: string, init: RequestInit): Promise<string> {
  const response = await fetch(new URL(path, opsUrl), init)
  const text = await response.text()
  if (response.status === 200) return text
  throw new LabError(`${init.method ?? 'GET'} ${opsUrl}${path} answered ${response.status}: ${text.slice(0, 500)}`)
}
