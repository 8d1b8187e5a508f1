import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { until } from '../../test/until.ts'
import { Ledger } from '../accounting/ledger.ts'
import { createLogger } from '../log.ts'
import type { SendOutcome } from '../net/send-outcome.ts'
import { DiskQueue, type QueuedEntry } from './disk-queue.ts'
import { QueueSender } from './queue-sender.ts'

const quiet = createLogger({ level: 'error', format: 'logfmt', write: () => {} })

type Send = (texts: readonly string[], signal: AbortSignal) => SendOutcome | Promise<SendOutcome>

/** A queue with one reader and the sender that empties it. */
function outlet(path: string, send: Send): { queue: DiskQueue; sender: QueueSender; ledger: Ledger } {
  const queue = new DiskQueue({ path: join(path, 'q.sqlite'), readers: ['r'] })
  const ledger = new Ledger('traces', 'r')
  const textOf = (entry: QueuedEntry): string => Buffer.from(entry.body).toString()
  const sender = new QueueSender({
    queue,
    reader: 'r',
    ledger,
    logger: quiet,
    batchWaitMs: 1,
    batchItems: 100,
    backoff: { minMs: 1, maxMs: 5 },
    maxElapsedMs: 0,
    maxAgeMs: 0,
    send: async (entries, signal) => send(entries.map(textOf), signal),
  })
  return { queue, sender, ledger }
}

test('batch after batch leaves nothing behind on the signal that ends the sender', async () => {
  using folder = temporaryFolder()
  const listeners: number[] = []
  const { queue, sender } = outlet(folder.path, (_, signal) => {
    listeners.push(getEventListeners(signal, 'abort').length)
    return { kind: 'sent' }
  })
  sender.start()
  for (let i = 0; i < 30; i++) {
    queue.append(Buffer.from(`${i}`), 1)
    sender.notify()
    await until(
      () => queue.itemsLeft('r'),
      (left) => left === 0,
    )
  }
  await sender.drain(AbortSignal.timeout(1000))
  queue.close()
  assert.ok(listeners.length >= 10, `${listeners.length} batches`)
  assert.equal(listeners.at(-1), listeners[0])
})

test('a batch that is refused for good is dropped whole and counted, and what came after it is sent', async () => {
  using folder = temporaryFolder()
  const sent: string[] = []
  const { queue, sender, ledger } = outlet(folder.path, async (texts) => {
    if (texts.includes('bad')) return { kind: 'refused', reason: 'http_400', message: 'one of them is bad' }
    sent.push(...texts)
    return { kind: 'sent' }
  })
  for (const text of ['one', 'bad']) queue.append(Buffer.from(text), 1)
  sender.start()
  await until(
    () => queue.itemsLeft('r'),
    (left) => left === 0,
  )
  queue.append(Buffer.from('three'), 1)
  sender.notify()
  await sender.drain(AbortSignal.timeout(5000))
  assert.deepEqual(sent, ['three'])
  assert.deepEqual(ledger.totals().dropped, { http_400: 2 })
  queue.close()
})
