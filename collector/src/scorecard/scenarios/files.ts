/** Log files that change under the reader. */
import type { Rotation } from '../../senders/log-files.ts'
import type { Testbed } from '../../testbed/testbed.ts'
import { loadFor, open, PATIENT, type Delivered, type Subject } from './scenario.ts'

export interface Rotated {
  readonly byRotation: Readonly<Record<Rotation, Delivered>>
}

export async function rotation(subject: Subject): Promise<Rotated> {
  const ways = ['rename', 'copytruncate', 'delete-and-create'] as const
  const runs = await Promise.all(
    ways.map(async (how): Promise<[Rotation, Delivered]> => {
      await using bed = await open(subject)
      await attach(bed, subject)
      // Slow enough that a tailer which polls every 250 ms has seen each file before it goes: what nobody could read, nobody lost.
      const sent = bed.send(
        { ...loadFor(subject, bed.capabilities, { lines: 90 }), pace: { kind: 'steady', perSecond: 12 } },
        { linesPerWrite: 3, rotation: { how, everyLines: 45 } },
      )
      return [how, { ledger: sent.ledger, report: await sent.settle(PATIENT) }]
    }),
  )
  return { byRotation: Object.fromEntries(runs) as Record<Rotation, Delivered> }
}

/** A collector may look for new files every few seconds: what is rotated away before that, it never had. So one line has to arrive first. */
async function attach(bed: Testbed, subject: Subject): Promise<void> {
  const sent = bed.send({ ...loadFor(subject, bed.capabilities, { lines: 1 }), seed: subject.seed + 1_000_000 })
  await sent.settle({ quietMs: 200, patienceMs: 30_000 })
}

/** Stopped, lines written meanwhile, started again with the same files. */
export async function restart(subject: Subject): Promise<Delivered> {
  await using bed = await open(subject)
  const sent = bed.send({
    ...loadFor(subject, bed.capabilities, { lines: 120 }),
    pace: { kind: 'steady', perSecond: 20 },
  })
  await sent.progress(0.4)
  // Whatever was written is read and its position saved: positions are synced every second here, every ten by default.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await bed.collector.kill('SIGTERM')
  await sent.done
  await bed.collector.start()
  return { ledger: sent.ledger, report: await sent.settle(PATIENT) }
}
