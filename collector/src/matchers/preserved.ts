import type { DeliveryReport } from '../ledger/delivery-report.ts'
import { describeItem } from '../ledger/delivery-report.ts'
import type { TrackName } from '../ledger/track.ts'
import { failure } from './delivery-error.ts'

export interface PreserveOptions {
  readonly tracks?: readonly TrackName[]
  /** Field paths that may differ. */
  readonly except?: readonly string[]
}

const covers = (field: string, path: string): boolean =>
  path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`)

/**
 * What arrived says the same as what was sent.
 * @param fields paths such as `attributes`, `status.message`, `resource`, `body`, `timeUnixNano`; `*` is all of them
 * @throws DeliveryError
 */
export function preserved(
  report: DeliveryReport,
  fields: readonly string[] | '*' = '*',
  { tracks, except = [] }: PreserveOptions = {},
): void {
  const looked = report.tracks.filter(({ track }) => tracks?.includes(track) ?? true)
  const changed = looked.flatMap(({ track, corruptedFields }) =>
    Object.entries(corruptedFields)
      .filter(
        ([path]) =>
          (fields === '*' || fields.some((field) => covers(field, path))) &&
          !except.some((field) => covers(field, path)),
      )
      .map(([path, field]) => ({ track, path, field })),
  )
  if (changed.length > 0) {
    const headline = `changed on the way: ${changed.map(({ track, path, field }) => `${path} of ${field.items} ${track}`).join(', ')}`
    const details = changed.flatMap(({ track, field }) =>
      field.first
        .slice(0, 2)
        .map(
          ({ seq, path, want, got, receiver }) =>
            `${describeItem(report.sent, track, seq)}: ${path}: sent ${want}, ${receiver} got ${got}`,
        ),
    )
    throw failure(headline, details, report.outcomes)
  }
  if (looked.every(({ received }) => received === 0))
    throw failure('nothing arrived, so nothing was preserved', [], report.outcomes)
}
