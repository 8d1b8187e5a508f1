// Counts what node:test reports, prints a line per file as it ends, and the failures at the end.
import { inspect } from 'node:util'
import type { Output } from '../lab/command-line/output.ts'
import { formatDuration } from '../lab/command-line/output.ts'

interface TestEvent {
  name: string
  nesting: number
  file?: string | undefined
  line?: number | undefined
  skip?: string | boolean | undefined
  todo?: string | boolean | undefined
  details: { type?: string | undefined; duration_ms?: number | undefined; error?: unknown }
}

interface FileTally {
  passed: number
  failed: number
  skipped: number
  printed: string[]
}

interface Skip {
  where: string
  name: string
  reason: string
}

interface Failure {
  file: string
  where: string
  name: string
  reason: string
  printed: string[]
}

/** Output of a file is kept for its failures only, and only the end of it. */
const KEPT_LINES = 40

export class TestTally {
  readonly #out: Output
  readonly #verbose: boolean
  readonly #label: (file: string) => string
  readonly #files = new Map<string, FileTally>()
  readonly #failures: Failure[] = []
  readonly #skips: Skip[] = []
  readonly #startedAt = performance.now()

  constructor({ out, verbose, label }: { out: Output; verbose: boolean; label: (file: string) => string }) {
    this.#out = out
    this.#verbose = verbose
    this.#label = label
  }

  passed(event: TestEvent): void {
    // Of a suite that is skipped nothing else is reported.
    if (event.details.type === 'suite' && event.skip === undefined) return
    // node:test passes a file in which no test was declared; that is a mistake, not a success.
    if (event.name === event.file) return this.#fail(event, 'the file has no tests')
    const file = this.#file(event)
    if (event.skip !== undefined || event.todo !== undefined) this.#skip(event)
    else file.passed++
    const mark = event.skip !== undefined ? '-' : this.#out.style('ok', '✓')
    if (this.#verbose) this.#out.line(`${'  '.repeat(event.nesting)}${mark} ${event.name} ${duration(event)}`)
  }

  failed(event: TestEvent): void {
    const error = event.details.error
    if (event.todo !== undefined) return this.#skip(event)
    // A suite fails whenever a test in it does; only a failure of its own (a hook) is news.
    if (event.details.type === 'suite' && failureType(error) === 'subtestsFailed') return
    this.#fail(event, describe(error))
  }

  #skip(event: TestEvent): void {
    this.#file(event).skipped++
    const said = event.skip ?? event.todo
    const reason = typeof said === 'string' && said !== '' ? said : 'no reason is given'
    this.#skips.push({ where: `${this.#label(event.file ?? '')}:${event.line ?? 1}`, name: event.name, reason })
  }

  #fail(event: TestEvent, reason: string): void {
    const file = this.#file(event)
    file.failed++
    const label = this.#label(event.file ?? '')
    this.#failures.push({
      file: label,
      where: `${label}:${event.line ?? 1}`,
      name: event.name,
      reason,
      printed: file.printed,
    })
    if (this.#verbose)
      this.#out.line(`${'  '.repeat(event.nesting)}${this.#out.style('bad', '✗')} ${event.name} ${duration(event)}`)
    if (event.name === event.file) this.#printFileLine(event.file, undefined)
  }

  printed({ file, message }: { file?: string | undefined; message: string }): void {
    const { printed } = this.#file({ file })
    printed.push(message.trimEnd())
    if (printed.length > KEPT_LINES) printed.shift()
  }

  ended(event: { file?: string | undefined; duration_ms: number }): void {
    if (event.file !== undefined) this.#printFileLine(event.file, event.duration_ms)
  }

  #printFileLine(path: string, durationMs: number | undefined): void {
    const file = this.#file({ file: path })
    const good = file.passed > 0 ? this.#out.style('ok', '✓') : '-'
    const mark = file.failed > 0 ? this.#out.style('bad', '✗') : good
    const counts = [
      `${file.passed} passed`,
      file.failed > 0 && `${file.failed} failed`,
      file.skipped > 0 && `${file.skipped} skipped`,
    ]
    const took = durationMs === undefined ? '' : `, ${formatDuration(durationMs)}`
    this.#out.line(`${mark} ${this.#label(path)}: ${counts.filter(Boolean).join(', ')}${took}`)
  }

  #file({ file = '' }: { file?: string | undefined }): FileTally {
    let tally = this.#files.get(file)
    if (tally === undefined) this.#files.set(file, (tally = { passed: 0, failed: 0, skipped: 0, printed: [] }))
    return tally
  }

  /** What was skipped and why, then what failed: the end of the output is what people read. */
  printFindings(): void {
    for (const [reason, skips] of Map.groupBy(this.#skips, (skip) => skip.reason)) {
      this.#out.line(`\nskipped: ${reason}`)
      for (const { where, name } of skips) this.#out.line(`  ${name} (${where})`)
    }
    this.#printFailures()
  }

  #printFailures(): void {
    for (const { where, name, reason, printed } of this.#failures) {
      this.#out.line(`\n${this.#out.style('bad', '✗')} ${name}\n  ${where}\n${indent(reason)}`)
      if (printed.length > 0) this.#out.line(`  what the file printed last:\n${indent(printed.join('\n'))}`)
    }
    const slowest = formatDuration(performance.now() - this.#startedAt)
    this.#out.line(`\n${this.#files.size} files in ${slowest}`)
  }

  get #counts() {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    for (const file of this.#files.values()) {
      counts.passed += file.passed
      counts.failed += file.failed
      counts.skipped += file.skipped
    }
    return counts
  }

  get succeeded(): boolean {
    return this.#counts.failed === 0 && this.#counts.passed > 0
  }

  summary() {
    return {
      ...this.#counts,
      skips: this.#skips,
      failures: this.#failures.map(({ file, where, name, reason }) => ({ file, where, name, reason })),
    }
  }

  closingLine(): string {
    const { passed, failed, skipped } = this.#counts
    return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
  }
}

function failureType(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'failureType' in error ? error.failureType : undefined
}

/** The runner wraps what a test threw; the wrapper's own stack is of no use to anybody. */
function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (failureType(error) === 'subtestsFailed') return 'a subtest failed'
  return cause instanceof Error ? (cause.stack ?? cause.message) : typeof cause === 'string' ? cause : inspect(cause)
}

const duration = ({ details }: TestEvent) => `(${formatDuration(details.duration_ms ?? 0)})`

const indent = (text: string) => text.replace(/^/gm, '  ')
