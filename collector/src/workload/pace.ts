/** When the n-th batch is due, in milliseconds after the start. */
export type Pace =
  | { readonly kind: 'burst' }
  | { readonly kind: 'steady'; readonly perSecond: number }
  /** From one rate to another within a time; then the last rate. */
  | { readonly kind: 'ramp'; readonly from: number; readonly to: number; readonly overMs: number }

export function dueAtMs(pace: Pace, batch: number): number {
  switch (pace.kind) {
    case 'burst':
      return 0
    case 'steady':
      return (batch * 1000) / pace.perSecond
    case 'ramp': {
      // n(t) = from·t + (to-from)·t²/(2·over), t in seconds, solved for t.
      const over = pace.overMs / 1000
      const inRamp = ((pace.from + pace.to) / 2) * over
      if (batch >= inRamp) return pace.overMs + ((batch - inRamp) * 1000) / pace.to
      const slope = (pace.to - pace.from) / over
      if (slope === 0) return (batch * 1000) / pace.from
      return ((Math.sqrt(pace.from ** 2 + 2 * slope * batch) - pace.from) / slope) * 1000
    }
  }
}
