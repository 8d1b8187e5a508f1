// The stages that join several lines of one file into one entry, and so hold entries back: multiline and cri.
import type { Stage } from '../config/stage-schema.ts'
import type { LogEntry } from './log-entry.ts'
import { timestampParser } from './timestamp-format.ts'

export interface JoiningStage {
  push(entry: LogEntry): void
  /** Lets go of what is held, because nothing more is to be expected. */
  flush(): void
}

type Next = (entry: LogEntry) => void

function join(held: LogEntry, entry: LogEntry, separator: string): void {
  held.line += separator + entry.line
  held.origins.push(...entry.origins)
}

/** Lines up to the next one that matches `firstline` become one entry; also after max_wait_time or max_lines. */
export function multilineStage(config: Extract<Stage, { kind: 'multiline' }>['config'], next: Next): JoiningStage {
  let held: LogEntry | undefined
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    const entry = held
    held = undefined
    if (entry !== undefined) next(entry)
  }
  return {
    push(entry) {
      if (held === undefined || config.firstline.test(entry.line)) {
        flush()
        held = entry
      } else {
        join(held, entry, '\n')
        if (held.origins.length >= config.max_lines) flush()
      }
      clearTimeout(timer)
      if (held !== undefined) timer = setTimeout(flush, config.max_wait_time)
    },
    flush,
  }
}

const CRI_LINE = /^(?<time>\S+) (?<stream>stdout|stderr) (?<flags>\S+) ?(?<content>[^]*)$/
// As many partial lines as the kubelet's 16 KiB pieces make of 1 MiB; Promtail's default is 100.
const MAX_PARTIAL_LINES = 100

/** `2026-01-01T00:00:00.0Z stdout P part`, joined up to the line flagged F. */
export function criStage(next: Next): JoiningStage {
  const parseTime = timestampParser('RFC3339Nano', '')
  const held = new Map<string, LogEntry>()
  const flushStream = (stream: string): void => {
    const entry = held.get(stream)
    held.delete(stream)
    if (entry !== undefined) next(entry)
  }
  return {
    push(entry) {
      const groups = CRI_LINE.exec(entry.line)?.groups
      if (groups === undefined) return next(entry)
      const { time = '', stream = '', flags = '', content = '' } = groups
      entry.line = content
      entry.timestampUnixNano = parseTime(time) ?? entry.timestampUnixNano
      entry.labels.set('stream', stream)
      const before = held.get(stream)
      if (before === undefined) held.set(stream, entry)
      else join(before, entry, '')
      const isFull = flags.split(':').includes('F')
      if (isFull || (held.get(stream)?.origins.length ?? 0) >= MAX_PARTIAL_LINES) flushStream(stream)
    },
    flush() {
      for (const stream of held.keys()) flushStream(stream)
    },
  }
}
