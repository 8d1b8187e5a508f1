// What checkouts that were acknowledged have left behind: asked of those who wrote it, and of the stores that must have it.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { asText, parseObject } from '../../scripts/lab/json.ts'
import type { CheckoutAnswer } from '../../scripts/lab/proof/shop-client.ts'
import { fetchTrace, queryLogs } from '../../scripts/lab/proof/store-client.ts'
import { lastLinesOf } from '../../scripts/lab/runtime/docker/container-logs.ts'
import { projectContainers } from '../../scripts/lab/runtime/docker/containers.ts'
import { databaseUrls } from '../../scripts/lab/runtime/docker/database-urls.ts'
import { CUSTOMER_SERVICE } from './customer-span.ts'
import type { DockerLab } from './docker-lab.ts'

const SERVICES = ['gateway', 'checkout', 'inventory', 'payment']
/** That Loki is asked for. */
const MOST_LINES = 1_000
/** Each has about a dozen lines. */
const CHECKOUTS_PER_QUERY = 40

/** Every line the services themselves have printed for these checkouts. */
export async function writtenLines(lab: DockerLab, answers: readonly CheckoutAnswer[]): Promise<string[]> {
  const ofEach = await Promise.all(
    SERVICES.map(async (service) => lastLinesOf(lab.docker, (await lab.container(service)).id, 100_000)),
  )
  return ofEach.flat().filter(isOf(answers))
}

/** And every line of theirs that Loki has. */
export async function deliveredLines(
  lab: DockerLab,
  answers: readonly CheckoutAnswer[],
  sinceMs: number,
): Promise<string[]> {
  const found: string[] = []
  for (let at = 0; at < answers.length; at += CHECKOUTS_PER_QUERY) {
    const traceIds = answers.slice(at, at + CHECKOUTS_PER_QUERY).map(({ traceId }) => traceId)
    const query = `{service_name=~"${SERVICES.join('|')}"} |~ "${traceIds.join('|')}"`
    const lines = await queryLogs(lab.url('loki'), query, sinceMs - 2_000)
    assert.ok(lines.length < MOST_LINES, `${traceIds.length} checkouts have more lines than Loki answers at once`)
    found.push(...lines.map(({ line }) => line))
  }
  return found.filter(isOf(answers))
}

function isOf(answers: readonly CheckoutAnswer[]): (line: string) => boolean {
  const traceIds = new Set(answers.map(({ traceId }) => traceId))
  return (line) => traceIds.has(asText(parseObject(line)['trace_id']))
}

export function lostAndRepeated(written: readonly string[], delivered: readonly string[]): string[] {
  const counts = Map.groupBy(delivered, (line) => line)
  return [
    ...written.filter((line) => !counts.has(line)).map((line) => `lost: ${line}`),
    ...[...counts].filter(([, { length }]) => length > 1).map(([line, { length }]) => `${length} times: ${line}`),
  ]
}

/** Ids of orders that the shop has promised and its database does not have. */
export async function lostOrders(lab: DockerLab, orderIds: readonly string[]): Promise<string[]> {
  const { databaseUrl } = await databaseUrls(lab.docker, await projectContainers(lab.docker, lab.project))
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  try {
    const { rows } = await database.query<{ id: string }>('SELECT id FROM checkout.orders WHERE id = ANY($1)', [
      orderIds,
    ])
    const kept = new Set(rows.map(({ id }) => id))
    return orderIds.filter((id) => !kept.has(id))
  } finally {
    await database.end()
  }
}

/** Traces in which Tempo does not have the customer's span. */
export async function lostSpans(tempoUrl: string, traceIds: readonly string[]): Promise<string[]> {
  const lost: string[] = []
  for (const traceId of traceIds) {
    const spans = await fetchTrace(tempoUrl, traceId)
    if (!spans.some(({ service }) => service === CUSTOMER_SERVICE)) lost.push(traceId)
  }
  return lost
}

/** Asks until `missing` answers nothing; what is missing after the deadline is answered. */
export async function awaitNothing(missing: () => Promise<string[]>, patienceMs: number): Promise<string[]> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const left = await missing().catch((error: unknown) => [String(error)])
    if (left.length === 0 || performance.now() > deadline) return left
    await sleep(1_000)
  }
}
