// Waiting with a deadline that says what it last saw.
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** 25 ms: a component's start takes 300 to 2,000 ms, so polling costs at most a few percent of it. */
export const POLL_MS = 25

export type Probe = { ready: true } | { ready: false; saw: string }
export type ReadyCheck = (signal: AbortSignal) => Promise<Probe>

/** Ready = status 200 and a body that is what this server answers: an open port or another server's 200 is not enough. */
export function httpReady(url: string, bodyMatches: RegExp): ReadyCheck {
  return async (signal) => {
    const { status, body } = await get(url, signal)
    if (status !== 200) return { ready: false, saw: `${url} answered ${status}: ${oneLine(body)}` }
    if (!bodyMatches.test(body)) {
      return { ready: false, saw: `${url} answered 200 with an unexpected body: ${oneLine(body)}` }
    }
    return { ready: true }
  }
}

/** node:http, not fetch: a start asks a thousand times, and what it spends the starting processes lack on 2 cores. */
function get(url: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent: false, signal }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

export class NotReadyError extends Error {
  override readonly name = 'NotReadyError'
}

export interface WaitOptions {
  timeoutMs: number
  /** Ends the wait early: what it says is the reason, for example that the process has died. */
  giveUp?: () => string | undefined
  signal?: AbortSignal | undefined
}

export async function waitUntil(check: ReadyCheck, { timeoutMs, giveUp, signal }: WaitOptions): Promise<void> {
  const deadline = performance.now() + timeoutMs
  let saw = 'nothing yet'
  for (;;) {
    signal?.throwIfAborted()
    const probe = await probeOnce(check, Math.min(1_000, timeoutMs))
    if (probe.ready) return
    saw = probe.saw
    const reason = giveUp?.()
    if (reason !== undefined) throw new NotReadyError(reason)
    if (performance.now() > deadline)
      throw new NotReadyError(`not ready after ${timeoutMs / 1000} s; last seen: ${saw}`)
    await sleep(POLL_MS)
  }
}

export async function probeOnce(check: ReadyCheck, timeoutMs: number): Promise<Probe> {
  try {
    return await check(AbortSignal.timeout(timeoutMs))
  } catch (error) {
    // Its own words are "The operation was aborted due to timeout", which names neither whom nor how long.
    const isTimeout = error instanceof Error && (error.name === 'TimeoutError' || error.cause instanceof DOMException)
    return { ready: false, saw: isTimeout ? `no answer within ${timeoutMs} ms` : reasonOf(error) }
  }
}

/** What a failed fetch was about: undici hides the reason in `cause`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause
  if (cause instanceof AggregateError) return reasonOf(cause.errors[0])
  return cause instanceof Error ? reasonOf(cause) : error.message
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 160)
}
