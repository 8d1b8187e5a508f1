import type { DeliveryReport, Finding, TrackReport } from '../ledger/delivery-report.ts'
import type { TrackName } from '../ledger/track.ts'
import { failure } from './delivery-error.ts'

/** How many of each are too many; what is left out is 0 for loss, duplicates and unexpected items, and not looked at for the rest. */
export interface DeliveryLimits {
  readonly lost?: number
  readonly duplicated?: number
  readonly unexpected?: number
  readonly refused?: number
  readonly reordered?: number
  readonly late?: number
  readonly tracks?: readonly TrackName[]
}

type Counted = 'lost' | 'duplicated' | 'refused' | 'reordered' | 'late'

/** @throws DeliveryError when more went astray than allowed, or nothing was acknowledged at all */
export function delivered(report: DeliveryReport, limits: DeliveryLimits = {}): void {
  const tracks = report.tracks.filter(({ track }) => limits.tracks?.includes(track) ?? true)
  const bounds: Partial<Record<Counted, number>> = {
    ...limits,
    lost: limits.lost ?? 0,
    duplicated: limits.duplicated ?? 0,
  }
  const counts = (['lost', 'duplicated', 'refused', 'reordered', 'late'] as const).filter(
    (what) => bounds[what] !== undefined,
  )
  const broken = tracks.flatMap((track) =>
    counts
      .filter((what) => track[what] > (bounds[what] ?? 0))
      .map((what) => ({ track, what, most: bounds[what] ?? 0 })),
  )
  if (broken.length > 0) {
    const headline = broken.map(
      ({ track, what, most }) => `${track[what]} of ${track.generated} ${words(track.track)} ${what} (at most ${most})`,
    )
    const details = broken.flatMap(({ track, what }) =>
      findingsOf(track, what).map(({ item, hop }) => `${what}: ${item}: ${hop}`),
    )
    throw failure(headline.join(', '), details, report.outcomes)
  }
  if (report.unexpected.items > (limits.unexpected ?? 0))
    throw failure(`${report.unexpected.items} items arrived that nobody sent`, report.unexpected.first, report.outcomes)
  // Zero of zero is no proof.
  if (tracks.every(({ acknowledged }) => acknowledged === 0))
    throw failure('the collector acknowledged nothing', [], report.outcomes)
}

const findingsOf = (track: TrackReport, what: Counted): Finding[] => track.findings.filter(({ kind }) => kind === what)

const words = (track: TrackName): string => track.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
