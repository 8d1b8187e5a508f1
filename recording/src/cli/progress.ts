/** One line that is written over on a terminal; elsewhere a line every few seconds, so that a log shows that it moves. */
const TERMINAL_INTERVAL_MS = 100
const LOG_INTERVAL_MS = 5_000

export interface Progress extends Disposable {
  show(text: string): void
}

export function createProgress(label: string, out: NodeJS.WriteStream = process.stderr): Progress {
  const startedAt = Date.now()
  let shownAt = startedAt
  let written = false
  return {
    show(text) {
      const now = Date.now()
      if (now - shownAt < (out.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS)) return
      shownAt = now
      const line = `${label}: ${text}, ${((now - startedAt) / 1_000).toFixed(0)} s`
      out.write(out.isTTY ? `\r\u001b[K${line}` : `${line}\n`)
      written = true
    },
    [Symbol.dispose]() {
      if (written && out.isTTY) out.write('\r\u001b[K')
    },
  }
}
