/** A collector that is killed, stopped and reloaded with items in it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ended } from '../../collectors/running-collector.ts'
import { fault } from '../../faults/fault.ts'
import { loadFor, open, PATIENT, type Delivered, type Subject } from './scenario.ts'

/** SIGKILL with a queue that the backend does not empty; then the same folder again. */
export async function kill(subject: Subject): Promise<Delivered> {
  await using bed = await open(subject)
  const down = Object.values(bed.receivers).map((receiver) => receiver.inject(fault.unavailable()))
  const sent = bed.send({
    ...loadFor(subject, bed.capabilities, { traces: 60, metricExports: 15, lines: 60 }),
    pace: { kind: 'steady', perSecond: 30 },
  })
  await sent.progress(0.6)
  await sleep(300)
  await bed.collector.kill('SIGKILL')
  await sent.done
  for (const one of down) one[Symbol.dispose]()
  await bed.collector.start()
  return { ledger: sent.ledger, report: await sent.settle(PATIENT) }
}

export interface Terminated extends Delivered {
  readonly ended: Ended
  readonly graceMs: number
}

/** SIGTERM at the moment the last request was acknowledged, to a backend that takes its time. Log files wait by themselves and are not part of it. */
export async function terminate(subject: Subject): Promise<Terminated> {
  await using bed = await open(subject)
  for (const receiver of Object.values(bed.receivers)) receiver.inject(fault.delay(300))
  const sent = bed.send(loadFor(subject, bed.capabilities, { traces: 100, metricExports: 20 }))
  await sent.done
  const { graceMs } = bed.collector.adapter
  const ended = await bed.collector.kill('SIGTERM')
  return { ledger: sent.ledger, report: await sent.settle({ quietMs: 500, patienceMs: 1500 }), ended, graceMs }
}

export async function reload(subject: Subject): Promise<Delivered> {
  await using bed = await open(subject)
  const sent = bed.send({
    ...loadFor(subject, bed.capabilities, { traces: 80, metricExports: 20, lines: 80 }),
    pace: { kind: 'steady', perSecond: 20 },
  })
  await sent.progress(0.4)
  await bed.collector.reload()
  return { ledger: sent.ledger, report: await sent.settle(PATIENT) }
}
