/** A backend that is not well. Every scenario ends with one that is: what was acknowledged has to arrive. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReceivedRequest } from '../../backends/receiver.ts'
import type { SelfReport } from '../../collectors/adapter.ts'
import { fault, type Fault } from '../../faults/fault.ts'
import { shown } from '../../ledger/differences.ts'
import type { Testbed } from '../../testbed/testbed.ts'
import { loadFor, open, PATIENT, type Delivered, type Subject } from './scenario.ts'

const OUTAGE_MS = 3000
const STEADY = { pace: { kind: 'steady', perSecond: 20 } } as const
const AMOUNTS = { traces: 80, metricExports: 20, lines: 80 }

function injectEverywhere(bed: Testbed, given: Fault): Disposable {
  const stack = new DisposableStack()
  for (const receiver of Object.values(bed.receivers)) stack.use(receiver.inject(given))
  return stack
}

/** 503 for a while, then nothing listening for a while. */
export async function outage(subject: Subject): Promise<Delivered> {
  await using bed = await open(subject)
  const sent = bed.send({ ...loadFor(subject, bed.capabilities, AMOUNTS), ...STEADY })
  await sent.progress(0.2)
  {
    using _ = injectEverywhere(bed, fault.unavailable())
    await sleep(OUTAGE_MS)
  }
  await Promise.all(Object.values(bed.receivers).map((receiver) => receiver.goAway()))
  await sleep(1500)
  await Promise.all(Object.values(bed.receivers).map((receiver) => receiver.listen()))
  return { ledger: sent.ledger, report: await sent.settle(PATIENT) }
}

export interface Throttled extends Delivered {
  /** By receiver: between being told to wait and the next request with the same items. */
  readonly waitedMs: Readonly<Record<string, number>>
  readonly toldMs: number
}

/** One 429 (RESOURCE_EXHAUSTED) that says when to come back, to every receiver. */
export async function throttle(subject: Subject): Promise<Throttled> {
  await using bed = await open(subject)
  const toldMs = 3000
  const waitedMs: Record<string, number> = {}
  const refused = new Map<string, { atMs: number; first: string }>()
  // Scraping would send other samples in between; what is measured is when the same ones come again.
  const sent = bed.send(loadFor(subject, bed.capabilities, { traces: 5, metricExports: 2, lines: 10 }))
  sent.ledger.observers.add((request) => {
    const { receiver, arrivals, atMs, fault: met } = request
    const known = refused.get(receiver)
    const first = firstItem(arrivals)
    if (first === undefined) return
    if (met !== undefined && known === undefined) refused.set(receiver, { atMs, first })
    else if (known !== undefined && waitedMs[receiver] === undefined && first === known.first)
      waitedMs[receiver] = Math.round(atMs - known.atMs)
  })
  let told = new Set<string>()
  for (const receiver of Object.values(bed.receivers)) {
    receiver.fault = () => {
      if (told.has(receiver.name)) return undefined
      told = new Set([...told, receiver.name])
      return fault.throttled({ retryAfterMs: toldMs })
    }
  }
  return { ledger: sent.ledger, report: await sent.settle(PATIENT), waitedMs, toldMs }
}

function firstItem(arrivals: ReceivedRequest['arrivals']): string | undefined {
  const [first] = arrivals
  switch (first?.kind) {
    case 'span':
      return first.placed.item.spanId
    case 'log':
      return shown(first.placed.item.body)
    case 'point':
      return `${first.placed.item.name} ${first.placed.item.data?.points[0]?.timeUnixNano ?? 0n}`
    case 'entry':
      return first.entry.line
    default:
      return undefined
  }
}

export interface Rejected extends Delivered {
  /** Items of rejected requests that came again, or arrived after all. */
  readonly repeated: readonly string[]
  readonly rejectedItems: number
  readonly books: readonly SelfReport[]
  /** Lines of its own output that speak of it. */
  readonly said: readonly string[]
}

/** The first request of each receiver is answered with `given`, all others well. */
async function rejectFirst(subject: Subject, given: Fault): Promise<Rejected> {
  await using bed = await open(subject)
  const rejected = new Map<string, string>()
  const repeated: string[] = []
  const done = new Set<string>()
  const sent = bed.send({ ...loadFor(subject, bed.capabilities, { traces: 40, metricExports: 10 }), ...STEADY })
  for (const receiver of Object.values(bed.receivers))
    receiver.fault = () => (done.has(receiver.name) ? undefined : given)
  sent.ledger.observers.add(({ receiver, arrivals, fault: met }) => {
    for (const arrival of arrivals) {
      const item = firstItem([arrival])
      if (item === undefined) continue
      if (met !== undefined) {
        done.add(receiver)
        rejected.set(item, receiver)
      } else if (rejected.has(item)) repeated.push(`${receiver}: ${item}`)
    }
  })
  const report = await sent.settle({ ...PATIENT, patienceMs: 8000 })
  const said = bed.collector.output.filter((line) => /reject|partial|drop|400|InvalidArgument|Permanent/i.test(line))
  return {
    ledger: sent.ledger,
    report,
    repeated,
    rejectedItems: rejected.size,
    books: await bed.collector.books(),
    said,
  }
}

export const rejection = (subject: Subject): Promise<Rejected> => rejectFirst(subject, fault.invalid())
export const partialSuccess = (subject: Subject): Promise<Rejected> => rejectFirst(subject, fault.partialSuccess(3))

export interface Broken extends Delivered {
  readonly residentBefore: number | undefined
  readonly residentPeak: number | undefined
}

/** Hangs, resets, half answers and slow reading, two requests of each, while traffic goes on. */
export async function brokenAnswers(subject: Subject): Promise<Broken> {
  await using bed = await open(subject)
  const residentBefore = bed.collector.usage()?.residentBytes
  let residentPeak = residentBefore
  const watching = setInterval(() => {
    const now = bed.collector.usage()?.residentBytes
    if (now !== undefined && residentPeak !== undefined) residentPeak = Math.max(residentPeak, now)
  }, 50)
  const sent = bed.send({ ...loadFor(subject, bed.capabilities, AMOUNTS), ...STEADY })
  const faults = [fault.reset, fault.truncatedResponse, fault.hang, fault.slowRead(20_000), fault.reset]
  const met = new Map<string, number>()
  for (const receiver of Object.values(bed.receivers)) {
    receiver.fault = () => {
      const times = met.get(receiver.name) ?? 0
      met.set(receiver.name, times + 1)
      return faults[times]
    }
  }
  // A hang ends when the collector's own timeout does: 5 s for some, 30 for others.
  const report = await sent.settle({ ...PATIENT, patienceMs: 40_000 }).finally(() => clearInterval(watching))
  return { ledger: sent.ledger, report, residentBefore, residentPeak }
}

export interface Replayed extends Delivered {
  /** Items in requests that were stored and not acknowledged: each may arrive twice. */
  readonly bound: number
}

export async function acceptThenReset(subject: Subject): Promise<Replayed> {
  await using bed = await open(subject)
  let bound = 0
  const sent = bed.send({
    ...loadFor(subject, bed.capabilities, { traces: 40, metricExports: 10, lines: 40 }),
    ...STEADY,
  })
  const done = new Set<string>()
  for (const receiver of Object.values(bed.receivers))
    receiver.fault = () => (done.has(receiver.name) ? undefined : fault.acceptThenReset)
  sent.ledger.observers.add(({ receiver, arrivals, fault: met }) => {
    const items = arrivals.filter((arrival) => firstItem([arrival]) !== undefined).length
    if (met === undefined || items === 0) return
    done.add(receiver)
    bound += items
  })
  return { ledger: sent.ledger, report: await sent.settle(PATIENT), bound }
}

export interface OneSignalDown extends Delivered {
  readonly down: string
  /** Items of the other signals that had arrived before the outage ended. */
  readonly others: { readonly acknowledged: number; readonly arrived: number }
}

/** Traces go nowhere for longer than everything else takes. */
export async function oneSignalDown(subject: Subject): Promise<OneSignalDown> {
  await using bed = await open(subject)
  const down = bed.receivers.traces.inject(fault.unavailable())
  const sent = bed.send({
    ...loadFor(subject, bed.capabilities, { traces: 30, metricExports: 20, lines: 60 }),
    pace: { kind: 'steady', perSecond: 20 },
  })
  const { spans, ...rest } = sent.ledger.tracks
  const others = { acknowledged: 0, arrived: 0 }
  // The outage ends when the others have arrived, or after long enough for anything that is not held up.
  const deadline = performance.now() + 15_000
  await sent.progress(0.95)
  do {
    await sleep(200)
    Object.assign(others, { acknowledged: 0, arrived: 0 })
    for (const track of Object.values(rest)) {
      for (let seq = 0; seq < track.end; seq++) {
        if (track.isAcknowledged(seq)) others.acknowledged++
        if (track.receipts(seq) > 0) others.arrived++
      }
    }
  } while (performance.now() < deadline && (others.arrived < others.acknowledged || others.acknowledged === 0))
  down[Symbol.dispose]()
  return { ledger: sent.ledger, report: await sent.settle(PATIENT), down: spans.name, others }
}
