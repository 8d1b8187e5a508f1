// "Where did my data go?": one tagged log line, span and sample on their way through the running lab, hop by hop, and where one stopped.
import { randomBytes } from 'node:crypto'
import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { asArray, asText, field } from '../json.ts'
import { storeUrls, url } from '../lab-description.ts'
import type { LabDescription } from '../lab-description.ts'
import { fetchTrace, queryInstant, queryLogs } from '../proof/store-client.ts'
import { reasonOf } from '../readiness.ts'
import { stateDirectory } from '../state-directory.ts'

export interface Hop {
  at: string
  /** Since the item set out. */
  afterMs: number
}

export interface Way {
  item: 'log line' | 'span' | 'sample'
  tag: string
  hops: Hop[]
  /** Where it stopped and why; undefined: it arrived. */
  stopped: { at: string; reason: string } | undefined
}

const PATIENCE_MS = 15_000
const POLL_MS = 50

export async function followAll(lab: LabDescription): Promise<Way[]> {
  return await Promise.all([followLog(lab), followSpan(lab), followSample(lab)])
}

interface Step {
  at: string
  /** Done when it resolves to true; asked again until then. */
  reached: () => Promise<boolean> | boolean
  /** Why it may not have been, by asking those before and after it. */
  diagnose: () => Promise<string>
}

async function follow(item: Way['item'], tag: string, steps: readonly Step[]): Promise<Way> {
  const startedAt = performance.now()
  const hops: Hop[] = []
  for (const { at, reached, diagnose } of steps) {
    let saw = ''
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      const arrived = await Promise.resolve()
        .then(reached)
        .catch((error: unknown) => {
          saw = reasonOf(error)
          return false
        })
      if (arrived) break
      if (performance.now() > deadline) {
        const reason = [saw, await diagnose()].filter((text) => text !== '').join('; ')
        return { item, tag, hops, stopped: { at, reason: `not within ${PATIENCE_MS / 1000} s: ${reason}` } }
      }
      await sleep(POLL_MS)
    }
    hops.push({ at, afterMs: Math.round(performance.now() - startedAt) })
  }
  return { item, tag, hops, stopped: undefined }
}

function followLog(lab: LabDescription): Promise<Way> {
  const tag = `where-${randomBytes(8).toString('hex')}`
  const file = join(stateDirectory(lab.stateDir).logs, 'where.log')
  const traceId = randomBytes(16).toString('hex')
  const since = Date.now() - 1000
  const line = {
    timestamp: new Date().toISOString(),
    level: 'info',
    message: tag,
    service: 'where',
    trace_id: traceId,
    span_id: traceId.slice(16),
  }
  const way = follow('log line', tag, [
    {
      at: `written to ${file}`,
      reached: () => {
        appendFileSync(file, `${JSON.stringify(line)}\n`, { flush: true })
        return true
      },
      diagnose: () => Promise.resolve(''),
    },
    {
      at: `in Loki: {service_name="where"} |= "${tag}"`,
      reached: async () =>
        (await queryLogs(storeUrls(lab).loki, `{service_name="where"} |= "${tag}"`, since)).length > 0,
      diagnose: () => diagnoseBetween(lab, 'logs', `${url(lab, 'loki')}/ready`),
    },
  ])
  return way.finally(() => rmSync(file, { force: true }))
}

function followSpan(lab: LabDescription): Promise<Way> {
  const traceId = randomBytes(16).toString('hex')
  const nanos = `${Date.now()}000000`
  const span = {
    traceId,
    spanId: traceId.slice(16),
    name: 'where',
    kind: 1,
    startTimeUnixNano: nanos,
    endTimeUnixNano: nanos,
  }
  const body = JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'where' } }] },
        scopeSpans: [{ spans: [span] }],
      },
    ],
  })
  const receiver = `${url(lab, 'agentOtlpHttp')}/v1/traces`
  return follow('span', traceId, [
    {
      at: `taken by the agent: ${receiver}`,
      reached: async () => {
        const response = await fetch(receiver, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
        const text = await response.text()
        if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 200)}`)
        return true
      },
      diagnose: () => diagnoseAgent(lab, 'traces'),
    },
    {
      at: `in Tempo: trace ${traceId}`,
      reached: async () => (await fetchTrace(storeUrls(lab).tempo, traceId)).length > 0,
      diagnose: () => diagnoseBetween(lab, 'traces', `${url(lab, 'tempo')}/ready`),
    },
  ])
}

/** No target lets us choose a sample; what marks this one is its time: the first that is younger than the question. */
function followSample(lab: LabDescription): Promise<Way> {
  const startedAtS = Date.now() / 1000
  const page = `${url(lab, 'gatewayOps')}/metrics`
  const query = 'timestamp(up{service_name="gateway"})'
  return follow('sample', `up{service_name="gateway"} after ${new Date(startedAtS * 1000).toISOString()}`, [
    {
      at: `served by its target: ${page}`,
      reached: async () => {
        const response = await fetch(page)
        await response.arrayBuffer()
        if (!response.ok) throw new Error(`${page} answered ${response.status}`)
        return true
      },
      diagnose: () => Promise.resolve('the agent cannot scrape what does not answer'),
    },
    {
      at: `in Prometheus: ${query}`,
      reached: async () =>
        (await queryInstant(storeUrls(lab).prometheus, query)).some(({ value }) => value >= startedAtS),
      diagnose: () => diagnoseBetween(lab, 'metrics', `${url(lab, 'prometheus')}/-/ready`),
    },
  ])
}

async function diagnoseBetween(lab: LabDescription, signal: string, readyUrl: string): Promise<string> {
  const ready = await fetch(readyUrl, { signal: AbortSignal.timeout(3000) }).then(
    (response) => (response.ok ? '' : `the store answers ${response.status} at ${readyUrl}`),
    (error: unknown) => `the store does not answer at ${readyUrl}: ${reasonOf(error)}`,
  )
  return [await diagnoseAgent(lab, signal), ready].filter((text) => text !== '').join('; ')
}

/** What the agent says of the signal: it does not answer, it holds items, it dropped some, or it never had this one. */
async function diagnoseAgent(lab: LabDescription, signal: string): Promise<string> {
  const page = url(lab, 'agent')
  try {
    const response = await fetch(`${page}/agent/api/v1/status`, { signal: AbortSignal.timeout(3000) })
    if (!response.ok) return `the agent answers ${response.status} at ${page}; only the built-in one tells more`
    const body: unknown = await response.json()
    const books = asArray(field(body, 'signals')).filter((one) => asText(field(one, 'signal')) === signal)
    return books
      .map((one) => `the agent's books for ${asText(field(one, 'destination'))}: ${JSON.stringify(one)}`)
      .join('; ')
  } catch (error) {
    return `the agent does not answer at ${page}: ${reasonOf(error)}`
  }
}
