/** HTTP to a store's query API: bounded in time, patient with a busy server, and exact about what went wrong. */
import { setTimeout as sleep } from 'node:timers/promises'
import { RecordingError } from '../recording-error.ts'

export interface Store {
  url: string
  /** Sent as X-Scope-OrgID. */
  tenant?: string | undefined
  signal?: AbortSignal | undefined
}

export interface Answer {
  status: number
  contentType: string
  body: Buffer
}

const REQUEST_TIMEOUT_MS = 120_000
/** 429 and 503 from a real server mean "later"; five waits are 6 s in total. */
const BUSY_RETRIES = 5
const BUSY_STATUS = new Set([429, 502, 503, 504])

export interface AskOptions {
  params?: Record<string, string | string[]>
  headers?: Record<string, string>
  /** Answers that are no failure here, e.g. 404 for a trace that is gone. */
  accepts?: readonly number[]
}

export async function ask(store: Store, path: string, options: AskOptions = {}): Promise<Answer> {
  const { params = {}, headers = {}, accepts = [] } = options
  const url = new URL(`${store.url.replace(/\/$/, '')}${path}`)
  for (const [name, values] of Object.entries(params)) {
    for (const value of [values].flat()) url.searchParams.append(name, value)
  }
  for (let attempt = 0; ; attempt++) {
    const answer = await get(url, store, headers)
    if (BUSY_STATUS.has(answer.status) && attempt < BUSY_RETRIES) {
      await sleep(200 * 2 ** attempt, undefined, { signal: store.signal })
      continue
    }
    if (answer.status === 200 || accepts.includes(answer.status)) return answer
    const said = answer.body.toString('utf8', 0, 300).trim()
    throw new RecordingError('PLAY_RECORDING_SOURCE', `${store.url}${path} answered ${answer.status}: ${said}`)
  }
}

async function get(url: URL, store: Store, headers: Record<string, string>): Promise<Answer> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
  try {
    const response = await fetch(url, {
      signal: store.signal === undefined ? timeout : AbortSignal.any([timeout, store.signal]),
      headers: { ...(store.tenant === undefined ? {} : { 'x-scope-orgid': store.tenant }), ...headers },
    })
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: Buffer.from(await response.arrayBuffer()),
    }
  } catch (cause) {
    if (store.signal?.aborted === true) throw cause
    const reason =
      (cause as Error).cause instanceof Error ? ((cause as Error).cause as Error).message : (cause as Error).message
    throw new RecordingError('PLAY_RECORDING_SOURCE', `${url.origin}${url.pathname}: ${reason}`, { cause })
  }
}

export async function askJson(store: Store, path: string, options: AskOptions = {}): Promise<unknown> {
  const { body } = await ask(store, path, options)
  try {
    return JSON.parse(body.toString())
  } catch (cause) {
    throw new RecordingError('PLAY_RECORDING_SOURCE', `${store.url}${path} answered no JSON`, { cause })
  }
}
