/** A template that does not parse, or that failed on an entry; the message is Go's where it is known. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}
