import { setTimeout as sleep } from 'node:timers/promises'
import { defineFault, logger, Problem } from '@playground/telemetry'
import type { Fault } from '@playground/telemetry'

interface Policy {
  attempts: number
  timeoutMs: number
  backoffMs: number
  budgetPercent: number
  breakerFailures: number
}

/** How long a breaker that has opened stays so. */
const OPEN_MS = 10_000

/**
 * How often payment is asked for one order: once, until somebody makes it "more reliable" by short timeouts and retries. What keeps
 * retries from making an outage of slowness are the other parameters: a budget, a backoff, a circuit breaker.
 */
export class PaymentRetries {
  #policy: Policy | undefined
  #asked = 0
  #retried = 0
  #failuresInARow = 0
  #openUntil = 0

  readonly fault: Fault = defineFault({
    name: 'payment-retries',
    description: 'Payment gets little time to answer and is asked again at once when it does not.',
    parameters: {
      attempts: { description: 'How often at most.', default: 4, minimum: 1, maximum: 10 },
      timeoutMs: { description: 'How long each attempt may take.', default: 250, minimum: 1, maximum: 60_000 },
      backoffMs: {
        description: 'Pause before the second attempt; it doubles with each, and so does their timeout. 0: neither.',
        default: 0,
        minimum: 0,
        maximum: 10_000,
      },
      budgetPercent: {
        description: 'Retries for a hundred orders, no more.',
        default: 1_000,
        minimum: 0,
        maximum: 1_000,
      },
      breakerFailures: {
        description: 'Failures in a row after which payment is not asked at all for 10 s. 0: there is no breaker.',
        default: 0,
        minimum: 0,
        maximum: 1_000,
      },
    },
    start: async (policy) => {
      this.#policy = policy
      this.#asked = this.#retried = this.#failuresInARow = this.#openUntil = 0
      return async () => {
        this.#policy = undefined
      }
    },
  })

  /** `attempt` gets the time it may take; undefined: its own. */
  async run<T>(attempt: (timeoutMs: number | undefined) => Promise<T>): Promise<T> {
    const policy = this.#policy
    if (policy === undefined) return await attempt(undefined)
    this.#asked++
    for (let number = 1; ; number++) {
      if (this.#isOpen()) throw circuitOpen()
      const growth = policy.backoffMs > 0 ? 2 ** (number - 1) : 1
      try {
        const answer = await attempt(policy.timeoutMs * growth)
        this.#failuresInARow = 0
        return answer
      } catch (error) {
        // That a card was declined is an answer.
        if (error instanceof Problem && error.statusCode < 500) throw error
        this.#countFailure(policy)
        if (number >= policy.attempts || this.#isOpen() || !this.#isInBudget(policy)) throw error
        this.#retried++
        logger.warn({ attempt: number + 1, attempts: policy.attempts }, 'payment is asked again')
        if (policy.backoffMs > 0) await sleep(policy.backoffMs * growth)
      }
    }
  }

  #isOpen(): boolean {
    return performance.now() < this.#openUntil
  }

  #isInBudget({ budgetPercent }: Policy): boolean {
    return (this.#retried + 1) * 100 <= this.#asked * budgetPercent
  }

  #countFailure({ breakerFailures }: Policy): void {
    this.#failuresInARow++
    if (breakerFailures === 0 || this.#failuresInARow < breakerFailures || this.#isOpen()) return
    this.#openUntil = performance.now() + OPEN_MS
    logger.warn({ failures: this.#failuresInARow, open_ms: OPEN_MS }, 'circuit breaker of payment opened')
  }
}

function circuitOpen(): Problem {
  return new Problem({
    status: 503,
    kind: 'circuit-open',
    title: 'Payment is given a rest',
    detail: 'payment is not asked: its circuit breaker is open',
    retryAfterSeconds: OPEN_MS / 1_000,
  })
}
