import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError, requestParams } from '../../http/index.ts'
import { queryLogs, type LogStream } from '../logql/log-query.ts'
import { labelsObject } from '../logql/labels/labels.ts'
import { QueryBudget } from '../logql/query-budget.ts'
import type { LogExpr } from '../logql/syntax/ast.ts'
import { parseLogql } from '../logql/syntax/index.ts'
import { nowNs, sourceOf, type LokiContext } from './loki-context.ts'
import { positive, timeBounds } from './query-params.ts'
import { wantsCategories } from './query-routes.ts'
import { streamJson } from './result-json.ts'
import { TailFilter } from './tail.ts'

const maxDelaySeconds = 5
/** What a client that does not read may leave in its socket before entries are dropped, and named as dropped. */
const maxBufferedBytes = 4 * 2 ** 20
const maxReportedDrops = 1000

/** What is used of the `ws` package's socket. */
interface TailSocket {
  readonly OPEN: number
  readonly readyState: number
  readonly bufferedAmount: number
  send(text: string): void
  close(code: number, reason: string): void
  once(event: 'close', listener: () => void): unknown
}

interface Tail {
  readonly expr: LogExpr
  readonly start: bigint
  readonly limit: number
  readonly delayMs: number
  readonly categorize: boolean
}

/** `GET /loki/api/v1/tail` as a WebSocket: the newest entries first, then those to come. */
export async function tailRoute(app: FastifyInstance, context: LokiContext): Promise<void> {
  app.get(
    '/loki/api/v1/tail',
    {
      websocket: true,
      preValidation: async (request) => {
        parseTail(context, request)
      },
    },
    (socket: TailSocket, request) => {
      const tail = parseTail(context, request)
      startTail(context, request.tenant, tail, socket).catch((error: unknown) => {
        socket.close(1011, (error instanceof Error ? error.message : String(error)).slice(0, 120))
      })
    },
  )
}

function parseTail(context: LokiContext, request: FastifyRequest): Tail {
  const params = requestParams(request)
  const expr = parseLogql(params.get('query') ?? '')
  if (expr.kind !== 'log') throw new ApiError(400, 'only log selector is supported')
  const delay = Number(params.get('delay_for') ?? 0)
  if (!Number.isInteger(delay) || delay < 0)
    throw new ApiError(400, `invalid delay_for '${params.get('delay_for') ?? ''}': expected whole seconds`)
  if (delay > maxDelaySeconds) throw new ApiError(400, `delay_for can't be greater than ${maxDelaySeconds}`)
  const limit = Math.min(positive(params, 'limit', 100), context.limits.maxEntries)
  return {
    expr,
    start: timeBounds(params, nowNs(context)).start,
    limit,
    delayMs: delay * 1000,
    categorize: wantsCategories(request),
  }
}

/** Listens before it reads what is there, so that no entry falls between the two. */
async function startTail(context: LokiContext, tenant: string, tail: Tail, socket: TailSocket): Promise<void> {
  const filter = new TailFilter(tail.expr, tail.categorize)
  const sender = new TailSender(socket, tail.delayMs)
  let early: LogStream[] | undefined = []
  const stop = context.store.onAppend((appendedTo, batch) => {
    if (appendedTo !== tenant) return
    const streams = filter.streamsOf(batch)
    if (early === undefined) sender.send(streams)
    else early.push(...streams)
  })
  const cancel = new AbortController()
  socket.once('close', () => {
    stop()
    cancel.abort()
    sender.stop()
  })
  const newest = await queryLogs(sourceOf(context, tenant), tail.expr, {
    start: tail.start,
    end: nowNs(context) + 86_400_000_000_000n,
    limit: tail.limit,
    direction: 'backward',
    intervalNs: 0,
    categorize: tail.categorize,
    budget: new QueryBudget(context.limits, cancel.signal),
  })
  // What was appended while the query ran may be in both; the query's answer is the one that says so.
  const seen = new Set(newest.flatMap(({ entries }) => entries.map(({ time, line }) => `${time} ${line}`)))
  const late = early.map(({ labels, entries }) => ({
    labels,
    entries: entries.filter(({ time, line }) => !seen.has(`${time} ${line}`)),
  }))
  early = undefined
  sender.send(newest.map(({ labels, entries }) => ({ labels, entries: entries.toReversed() })))
  sender.send(late)
}

class TailSender {
  readonly #socket: TailSocket
  readonly #delayMs: number
  readonly #timers = new Set<NodeJS.Timeout>()
  #dropped: { labels: Record<string, string>; timestamp: string }[] = []

  constructor(socket: TailSocket, delayMs: number) {
    this.#socket = socket
    this.#delayMs = delayMs
  }

  send(streams: readonly LogStream[]): void {
    const some = streams.filter(({ entries }) => entries.length > 0)
    if (some.length === 0) return
    if (this.#delayMs === 0) return this.#write(some)
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      this.#write(some)
    }, this.#delayMs)
    this.#timers.add(timer)
  }

  #write(streams: readonly LogStream[]): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount > maxBufferedBytes) {
      for (const { labels, entries } of streams) {
        for (const { time } of entries) {
          if (this.#dropped.length < maxReportedDrops)
            this.#dropped.push({ labels: labelsObject(labels), timestamp: time })
        }
      }
      return
    }
    const dropped = this.#dropped.length > 0 ? { dropped_entries: this.#dropped } : {}
    this.#dropped = []
    this.#socket.send(JSON.stringify({ streams: streams.map(streamJson), ...dropped }))
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
  }
}
