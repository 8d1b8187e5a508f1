/** What a statement does to which table; `summary` names its span. Never holds values, so its cardinality is that of the code. */
export interface QuerySummary {
  operation: string
  collection: string | undefined
  summary: string
}

const table = String.raw`(?:only\s+)?("?[\w.]+"?)`
const collectionAfter: Record<string, RegExp> = {
  SELECT: new RegExp(String.raw`\bfrom\s+${table}`, 'i'),
  INSERT: new RegExp(String.raw`\binto\s+${table}`, 'i'),
  DELETE: new RegExp(String.raw`\bfrom\s+${table}`, 'i'),
  UPDATE: new RegExp(String.raw`\bupdate\s+${table}`, 'i'),
  LOCK: new RegExp(String.raw`\block\s+(?:table\s+)?${table}`, 'i'),
  CREATE: new RegExp(String.raw`\btable\s+(?:if\s+not\s+exists\s+)?${table}`, 'i'),
}

/**
 * Summarises one SQL statement as the conventions' `db.query.summary` does: `SELECT stock`, `INSERT orders`, `COMMIT`.
 * A statement that begins with a common table expression is named for what follows it.
 */
export function summariseQuery(text: string): QuerySummary {
  const statement = text.replace(/--[^\n]*/g, ' ').trim()
  const operation = operationOf(statement)
  const collection = collectionAfter[operation]?.exec(statement)?.[1]?.replaceAll('"', '')
  return { operation, collection, summary: collection === undefined ? operation : `${operation} ${collection}` }
}

function operationOf(statement: string): string {
  const first = /^[a-z]+/i.exec(statement)?.[0].toUpperCase() ?? 'QUERY'
  if (first !== 'WITH') return first
  return /\)\s*(select|insert|update|delete)\b/i.exec(statement)?.[1]?.toUpperCase() ?? first
}
