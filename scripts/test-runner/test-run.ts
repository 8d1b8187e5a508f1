// node:test over many files, each in a process of its own; what happens is handed to a tally.
import { join } from 'node:path'
import { run } from 'node:test'
import type { TestTally } from './test-tally.ts'

/** A file that has not ended by then hangs: the slowest one takes about a minute alone on 2 cores, three minutes with ten others at work there. */
const FILE_TIMEOUT_MS = 8 * 60_000

export interface TestRunOptions {
  root: string
  files: string[]
  concurrency: number
  namePattern?: string | undefined
  /** Instead of the limit that holds for tests without Docker. */
  fileTimeoutMs?: number
  tally: TestTally
}

export async function runTestFiles({
  root,
  files,
  concurrency,
  namePattern,
  fileTimeoutMs = FILE_TIMEOUT_MS,
  tally,
}: TestRunOptions): Promise<void> {
  const stream = run({
    cwd: root,
    files: files.map((file) => join(root, file)),
    concurrency,
    isolation: 'process',
    timeout: fileTimeoutMs,
    ...(namePattern !== undefined && { testNamePatterns: [new RegExp(namePattern)] }),
  })
  stream.on('test:pass', (event) => tally.passed(event))
  stream.on('test:fail', (event) => tally.failed(event))
  stream.on('test:stderr', (event) => tally.printed(event))
  stream.on('test:stdout', (event) => tally.printed(event))
  stream.on('test:summary', (event) => tally.ended(event))
  // The stream ends when its events have been read, and without a reader of its data they are not.
  for await (const _ of stream);
}
