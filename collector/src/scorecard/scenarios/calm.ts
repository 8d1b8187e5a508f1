/** Every signal at a steady rate, a backend that is well: what a collector does on a good day. Most checks look at this one run. */
import type { ReceivedRequest } from '../../backends/receiver.ts'
import type { SelfReport } from '../../collectors/adapter.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { loadFor, open, PATIENT, type Delivered, type Subject } from './scenario.ts'

export interface Calm extends Delivered {
  /** Label sets of Loki streams, or resource attribute keys of OTLP logs. */
  readonly logLabels: readonly string[]
  readonly writes: readonly { readonly headers: ReceivedRequest['headers']; readonly unsorted: readonly string[] }[]
  readonly books: readonly SelfReport[]
  readonly residentBytes: number | undefined
  readonly idleCpuMsPerSecond: number | undefined
  readonly readyMs: number
  readonly traceIds: ReadonlySet<string>
}

const IDLE_MS = 2000

export async function calm(subject: Subject): Promise<Calm> {
  const startedAtMs = performance.now()
  await using bed = await open(subject)
  const readyMs = Math.round(performance.now() - startedAtMs)
  const amounts = { traces: 60, metricExports: 30, lines: 240, scrapes: 8 }
  const sent = bed.send({
    ...loadFor(subject, bed.capabilities, amounts),
    lineStyle: 'hostile',
    files: 2,
    pace: { kind: 'steady', perSecond: 40 },
  })
  const observed = observe(sent.ledger)
  const report = await sent.settle(PATIENT)
  const before = bed.collector.usage()
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
  const after = bed.collector.usage()
  const idle = before === undefined || after === undefined ? undefined : ((after.cpuMs - before.cpuMs) * 1000) / IDLE_MS
  return {
    ...observed(),
    ledger: sent.ledger,
    report,
    books: await bed.collector.books(),
    residentBytes: after?.residentBytes,
    idleCpuMsPerSecond: idle,
    readyMs,
  }
}

type Observed = Pick<Calm, 'logLabels' | 'writes' | 'traceIds'>

/** Looks at requests as they come for what the ledger does not keep. */
export function observe(ledger: Ledger): () => Observed {
  const logLabels = new Set<string>()
  const writes: Calm['writes'][number][] = []
  const traceIds = new Set<string>()
  ledger.observers.add(({ kind, headers, arrivals }) => {
    const unsorted: string[] = []
    for (const arrival of arrivals) {
      if (arrival.kind === 'entry') logLabels.add(arrival.labels)
      else if (arrival.kind === 'log')
        logLabels.add(
          JSON.stringify(
            arrival.placed.resource.attributes.map(({ key, value }) => [
              key,
              'value' in value ? String(value.value) : '',
            ]),
          ),
        )
      else if (arrival.kind === 'span') traceIds.add(arrival.placed.item.traceId)
      else if (arrival.kind === 'sample') {
        const names = arrival.labels.map(([name]) => name)
        if (names.some((name, index) => index > 0 && name <= (names[index - 1] ?? ''))) unsorted.push(names.join(','))
      }
    }
    if (kind === 'remote-write') writes.push({ headers, unsorted })
  })
  return () => ({ logLabels: [...logLabels], writes, traceIds })
}
