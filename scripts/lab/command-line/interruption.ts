/** The user's wish to stop, as an AbortSignal. A second Ctrl-C changes nothing: what was started is being stopped already. */
export interface Interruption extends Disposable {
  signal: AbortSignal
}

export function interruption(): Interruption {
  const controller = new AbortController()
  const abort = (name: NodeJS.Signals) => controller.abort(new InterruptedError(name))
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, abort)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of names) process.off(name, abort)
    },
  }
}

export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`)
  }
}
