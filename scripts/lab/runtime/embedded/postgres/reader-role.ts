// The role Grafana reads the shop's tables with: the one of grafana/postgres-reader.sql, as statements that `postgres --single` takes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../settings.ts'

export const READER = 'grafana_reader'

/** psql's own commands are left out: the cluster is new, so the role cannot be there already. */
export function readerStatements(password: string): string[] {
  const script = readFileSync(join(ROOT, 'grafana/postgres-reader.sql'), 'utf8')
  const statements = script
    .split('\n')
    .filter((line) => !line.startsWith('--') && !line.endsWith('\\gexec'))
    .join('\n')
    .split(';')
    .map((statement) => statement.trim().replaceAll(":'password'", `'${password}'`))
    .filter((statement) => statement !== '')
  return [`CREATE ROLE ${READER} LOGIN`, ...statements]
}
