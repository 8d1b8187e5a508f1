/** States of an entry that queries see as labels. */
export const errorLabel = '__error__'
export const errorDetailsLabel = '__error_details__'
/** Set where a query asks for `__error__` itself, so that the error does not end a metric query. */
export const preserveErrorLabel = '__preserve_error__'

/** A parsed label that collides with a stream label or structured metadata gets this suffix. */
export const duplicateSuffix = '_extracted'

export function isStateLabel(name: string): boolean {
  return name === errorLabel || name === errorDetailsLabel || name === preserveErrorLabel
}
