/** No control characters: Postgres has no text with a NUL in it (22021), and the others are no part of a name either. */
export const skuSchema = { type: 'string', minLength: 1, maxLength: 64, pattern: '^\\P{Cc}*$' }

export const skuParamsSchema = { type: 'object', properties: { sku: skuSchema } }
