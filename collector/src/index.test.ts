// The first test file of a user: ten lines. README.md shows it.
import { test } from 'node:test'
import { builtin, correlated, delivered, preserved, startTestbed } from './index.ts'

test('spans and log lines arrive once, as they were, and belong together', async () => {
  await using bed = await startTestbed({ collector: builtin() })
  const sent = bed.send({ seed: 7, traces: 40, logsPerTrace: 0, lines: 200 })
  const report = await sent.settle()
  delivered(report, { lost: 0, duplicated: 0 })
  preserved(report)
  correlated(sent.ledger)
})
