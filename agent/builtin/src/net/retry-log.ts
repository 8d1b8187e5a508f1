import type { Logger } from '../log.ts'

const QUIET_MS = 10_000

/** Says that a backend cannot be reached: at the first failure, then every 10 s; and once when it is over. */
export class RetryLog {
  readonly #logger: Logger
  readonly #destination: string
  #lastMs = 0
  #failures = 0

  constructor(logger: Logger, destination: string) {
    this.#logger = logger
    this.#destination = destination
  }

  failed(message: string, retryInMs: number): void {
    this.#failures++
    if (Date.now() - this.#lastMs < QUIET_MS) return
    this.#lastMs = Date.now()
    this.#logger.warn('error sending batch, will retry', {
      destination: this.#destination,
      error: message,
      failures: this.#failures,
      retry_in: `${Math.round(retryInMs)}ms`,
    })
  }

  succeeded(): void {
    if (this.#failures > 0)
      this.#logger.info('sending again', { destination: this.#destination, failures: this.#failures })
    this.#failures = 0
    this.#lastMs = 0
  }
}
