import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { connectionOptions } from './database.ts'
import type { DatabaseConfig } from './database.ts'
import { logger } from './logger.ts'

/**
 * Brings the schema a service owns up to date: the `.sql` files of `folder` in order of name, each once, all in one transaction.
 * Two copies of a service that start together take turns.
 */
export async function migrate(config: DatabaseConfig, schema: string, folder: URL): Promise<void> {
  const client = new pg.Client({ ...connectionOptions(config, schema), connectionTimeoutMillis: 5_000 })
  await connect(client)
  try {
    await client.query('BEGIN')
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('migrations of ' || $1))`, [schema])
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`)
    await client.query(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    )
    const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations')
    const applied = new Set(rows.map(({ name }) => name))
    const pending = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith('.sql') && !applied.has(name))
    for (const name of pending.toSorted()) {
      await client.query(readFileSync(new URL(name, folder), 'utf8'))
      await client.query('INSERT INTO migrations (name) VALUES ($1)', [name])
    }
    await client.query('COMMIT')
    if (pending.length > 0) logger.info({ migrations: pending }, 'database migrated')
  } finally {
    // Ends an unfinished transaction too.
    await client.end()
  }
}

async function connect(client: pg.Client): Promise<void> {
  try {
    await client.connect()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`no database at ${client.host}:${client.port} (${reason}); DATABASE_URL says where it is`, {
      cause,
    })
  }
}
