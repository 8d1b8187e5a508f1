/** A trace id (32 hex digits) or span id (16) that is not all zeros. */
export const isValidId = (id: string) => /^(?!0+$)(?:[0-9a-f]{32}|[0-9a-f]{16})$/.test(id)
