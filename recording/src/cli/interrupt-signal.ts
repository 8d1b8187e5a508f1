/** Ctrl-C ends a command at its next request, so that what it began is cleared away. */
export function interruptSignal(): { signal: AbortSignal } & Disposable {
  const controller = new AbortController()
  const abort = () => controller.abort()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, abort)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, abort)
    },
  }
}
