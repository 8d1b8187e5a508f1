import { defineFault } from '../fault.ts'
import type { Fault } from '../fault.ts'

const TrueDate = Date

/** The wall clock of this process is wrong, as on a machine without NTP. Timeouts do not care: they run on the monotonic clock. */
export function clockSkewFault(): Fault {
  return defineFault({
    name: 'clock-skew',
    description: 'The wall clock of this process is wrong: its log lines and spans are dated earlier or later.',
    parameters: {
      offsetMs: { description: 'What is added to the time.', default: -90_000, minimum: -600_000, maximum: 600_000 },
    },
    start: async ({ offsetMs }) => {
      globalThis.Date = skewedDate(offsetMs)
      return async () => {
        globalThis.Date = TrueDate
      }
    },
  })
}

/** A Date like any other, but for what it takes for now. */
function skewedDate(offsetMs: number): DateConstructor {
  return new Proxy(TrueDate, {
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(target, given.length === 0 ? [TrueDate.now() + offsetMs] : given, newTarget) as object,
    get: (target, name, receiver) =>
      name === 'now' ? () => TrueDate.now() + offsetMs : (Reflect.get(target, name, receiver) as unknown),
  })
}
