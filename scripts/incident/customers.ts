// The customers of an incident: they send what the plan says, wave by wave, and note what they got. Theirs are the root spans.
import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceName } from '../../incidents/names.ts'
import type { PlannedRequest, PlannedWave } from './plan.ts'

/** Longer than every timeout of the shop: a customer who gives up first would not see what the shop says. */
const ANSWER_TIMEOUT_MS = 45_000
const POLL_MS = 50

export interface Answer {
  request: PlannedRequest
  /** 0: none. */
  status: number
  body: string
  sentAtMs: number
  durationMs: number
}

export interface CustomerOptions {
  gatewayUrl: string
  /** The virtual clock of arrivals runs this many times as fast; Infinity: no pauses. */
  speed: number
  signal: AbortSignal
  /** Resolves when the shop can serve again. */
  untilReady: () => Promise<void>
  /** Whether this service answers an operator at once. */
  answers: (service: ServiceName) => Promise<boolean>
  onAnswer?: (answer: Answer) => void
}

export async function sendWave({ arrival, requests }: PlannedWave, options: CustomerOptions): Promise<Answer[]> {
  const connections = new Agent({ keepAlive: true, maxSockets: 1_000 })
  try {
    if (arrival.kind === 'one by one') return await oneByOne(requests, arrival, connections, options)
    if (arrival.kind === 'behind the first') return await behindTheFirst(requests, arrival, connections, options)
    const startedAt = performance.now()
    const answers: Promise<Answer>[] = []
    for (const request of requests) {
      const waitMs = startedAt + request.atMs / options.speed - performance.now()
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: options.signal })
      const answer = send(request, connections, options)
      // When the run is given up between two arrivals nobody awaits those who are still waiting.
      answer.catch(() => undefined)
      answers.push(answer)
    }
    return await Promise.all(answers)
  } finally {
    connections.destroy()
  }
}

async function oneByOne(
  requests: PlannedRequest[],
  { waitReady = false }: { waitReady?: boolean },
  connections: Agent,
  options: CustomerOptions,
): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const request of requests) {
    options.signal.throwIfAborted()
    const answer = await send(request, connections, options)
    answers.push(answer)
    if (waitReady && (answer.status === 0 || answer.status >= 500)) await options.untilReady()
  }
  return answers
}

/** An operator's question that is not answered in time tells that the event loop is busy with the first customer. */
async function behindTheFirst(
  [first, ...others]: PlannedRequest[],
  { service }: { service: ServiceName },
  connections: Agent,
  options: CustomerOptions,
): Promise<Answer[]> {
  if (first === undefined) return []
  let isAnswered = false
  const answer = send(first, connections, options).finally(() => (isAnswered = true))
  answer.catch(() => undefined)
  while (!isAnswered && (await options.answers(service))) await sleep(POLL_MS, undefined, { signal: options.signal })
  return await Promise.all([answer, ...others.map((request) => send(request, connections, options))])
}

async function send(request: PlannedRequest, agent: Agent, options: CustomerOptions): Promise<Answer> {
  const sentAtMs = Date.now()
  const startedAt = performance.now()
  const { status, body } = await ask(request, agent, options)
  const answer = { request, status, body, sentAtMs, durationMs: performance.now() - startedAt }
  options.onAnswer?.(answer)
  return answer
}

function ask(
  { method, path, body, traceId, spanId, orderId }: PlannedRequest,
  agent: Agent,
  { gatewayUrl, signal }: CustomerOptions,
): Promise<{ status: number; body: string }> {
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const headers = {
    traceparent: `00-${traceId}-${spanId}-01`,
    ...(method === 'POST' && { 'idempotency-key': orderId }),
    ...(payload !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
  }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      new URL(path, gatewayUrl),
      { method, agent, headers, signal, timeout: ANSWER_TIMEOUT_MS },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
        response.on('error', (error) => resolve({ status: 0, body: error.message }))
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)))
    // To get no answer is an answer, but for a run that has been given up.
    outgoing.on('error', (error) => (signal.aborted ? reject(error) : resolve({ status: 0, body: error.message })))
    outgoing.end(payload)
  })
}
