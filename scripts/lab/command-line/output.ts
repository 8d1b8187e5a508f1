// What commands print: progress on stderr (rewritten in place on a terminal, plain lines otherwise), results on stdout.
import { stripVTControlCharacters, styleText } from 'node:util'
import { forSameLab } from './same-lab.ts'

export type Style = 'ok' | 'bad' | 'dim' | 'strong'

const STYLES = { ok: 'green', bad: 'red', dim: 'dim', strong: 'bold' } as const

export interface Output {
  /** A result line, on stdout. */
  line(text?: string): void
  /** Something that is going on, on stderr; silent with --json. */
  progress(text: string): void
  /** On a terminal a line that the next one replaces; nothing elsewhere. */
  transient(text: string): void
  error(text: string): void
  json(value: unknown): void
  style(style: Style, text: string): string
  /** The text with the commands it suggests aimed at the lab this command is about. */
  aimed(text: string): string
}

export interface OutputOptions {
  json: boolean
  /** As the user gave it; undefined: the lab without an offset. */
  portOffset: string | undefined
}

export function createOutput({ json, portOffset }: OutputOptions): Output {
  const { stdout, stderr } = process
  // A reader that has gone (`| head`) must not end a command half way; what it would have read is dropped.
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe)
  let transientShown = false
  const clear = () => {
    if (transientShown) stderr.write('\r\u001b[K')
    transientShown = false
  }
  return {
    line(text = '') {
      clear()
      if (!json) stdout.write(`${text}\n`)
    },
    progress(text) {
      clear()
      if (!json) stderr.write(`${text}\n`)
    },
    transient(text) {
      if (json || !stderr.isTTY) return
      clear()
      stderr.write(stripVTControlCharacters(text).slice(0, (stderr.columns ?? 80) - 1))
      transientShown = true
    },
    error(text) {
      clear()
      stderr.write(`${text}\n`)
    },
    json(value) {
      if (json) stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
    },
    // styleText itself honours NO_COLOR, FORCE_COLOR and whether the stream is a terminal.
    style: (style, text) => styleText(STYLES[style], text, { stream: stdout }),
    aimed: (text) => forSameLab(text, portOffset),
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

export function table(rows: string[][], { indent = '' } = {}): string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, visibleLength(cell))))
  return rows.map(
    (row) =>
      indent +
      row
        .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - visibleLength(cell)))
        .join('  ')
        .trimEnd(),
  )
}

const visibleLength = (text: string) => stripVTControlCharacters(text).length

export function formatBytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MB`
}

export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  const seconds = ms / 1_000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
