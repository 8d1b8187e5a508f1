import pg from 'pg'
import { asText, field } from '../lab/json.ts'
import { NotShown } from './link-result.ts'
import type { DataSource } from './provisioning.ts'

const TIMEOUT_MS = 5_000

/**
 * One query as the data source's own role, in a transaction that may only read: a query that writes fails here as it would
 * for the role of grafana/postgres-reader.sql, also where the lab has no such role.
 */
export async function queryPostgres(source: DataSource, sql: string): Promise<Record<string, unknown>[]> {
  const text = (...path: string[]) => asText(source.expand(field(source.settings, ...path)))
  const [host = '', port = '5432'] = source.url.split(':')
  if (host === '') throw new NotShown('this lab says no address of a Postgres')
  const client = new pg.Client({
    host,
    port: Number(port),
    user: text('user'),
    password: text('secureJsonData', 'password'),
    database: text('jsonData', 'database'),
    application_name: 'links',
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  })
  await client.connect()
  try {
    await client.query('BEGIN READ ONLY')
    const { rows } = await client.query<Record<string, unknown>>(sql)
    return rows
  } finally {
    await client.end()
  }
}
