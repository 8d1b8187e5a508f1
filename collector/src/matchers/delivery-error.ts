/** A matcher that did not hold. The message is for people: counts, then the first items with the hop where they went astray. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
}

const SHOWN = 5

export function failure(
  headline: string,
  details: readonly string[],
  outcomes: Readonly<Record<string, number>>,
): DeliveryError {
  const more = details.length > SHOWN ? [`  … and ${details.length - SHOWN} more kept in the report`] : []
  const answers = Object.entries(outcomes).map(([outcome, times]) => `${outcome} ×${times}`)
  return new DeliveryError(
    [
      headline,
      ...details.slice(0, SHOWN).map((line) => `  ${line}`),
      ...more,
      `  backend: ${answers.join(', ') || 'no request'}`,
    ].join('\n'),
  )
}
