import { formatTime } from './time-layout.ts'
import { civilOf, type Civil } from './time-zone.ts'

/** A moment in nanoseconds with the zone it is shown in, as Go's `time.Time`. */
export class GoTime {
  readonly unixNano: bigint
  readonly zone: string

  constructor(unixNano: bigint, zone: string) {
    this.unixNano = unixNano
    this.zone = zone
  }

  /** Go's zero time, year 1: what parsing gives for a text that does not fit. */
  static zero(): GoTime {
    return new GoTime(-62_135_596_800_000_000_000n, 'UTC')
  }

  in(zone: string): GoTime {
    return new GoTime(this.unixNano, zone)
  }

  get civil(): Civil {
    return civilOf(this.unixNano, this.zone)
  }

  format(layout: string): string {
    return formatTime(this.civil, layout)
  }

  toString(): string {
    return this.format('2006-01-02 15:04:05.999999999 -0700 MST')
  }
}
