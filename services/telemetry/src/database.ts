// One Postgres pool, measured. Knows nothing of tables: those are the repositories'.
import { performance } from 'node:perf_hooks'
import pg from 'pg'
import type { PoolClient, QueryResultRow } from 'pg'
import { errorType } from './error-fields.ts'
import { DatabaseConnectionTimeout, databaseProblem } from './database-problem.ts'
import type { Config } from './env-schema.ts'
import { integer, url } from './env-schema.ts'
import { logger } from './logger.ts'
import { createCounter, createGauge, ExemplarHistogram } from './metrics.ts'
import { summariseQuery } from './query-summary.ts'
import { dbDurationBuckets, metricNames } from './semconv.ts'
import { service } from './service-identity.ts'

/** The settings of a service that owns tables. */
export const databaseSettings = {
  databaseUrl: url('DATABASE_URL', 'postgres://shop:shop@127.0.0.1:5432/shop', ['postgres:', 'postgresql:']),
  dbPoolMax: integer('DB_POOL_MAX', 8, { min: 1, max: 100 }),
  /** How long a request waits for a connection of the pool. */
  dbConnectionTimeoutMs: integer('DB_CONNECTION_TIMEOUT_MS', 1_000, { min: 1, max: 60_000 }),
  dbStatementTimeoutMs: integer('DB_STATEMENT_TIMEOUT_MS', 3_000, { min: 1, max: 600_000 }),
}

export type DatabaseConfig = Config<typeof databaseSettings>

/** Runs statements: the pool, or the one connection of a transaction. */
export interface Queryable {
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>
}

const duration = new ExemplarHistogram({
  name: metricNames.dbOperationDuration,
  help: 'Duration of database client operations.',
  labels: ['db_system_name', 'db_namespace', 'db_operation_name', 'db_collection_name', 'error_type'],
  buckets: dbDurationBuckets,
})

export class Database implements Queryable {
  readonly #pool: pg.Pool
  readonly #config: DatabaseConfig
  readonly #namespace: string

  /** `schema`: the Postgres schema this service owns; unqualified table names mean it alone. */
  constructor(config: DatabaseConfig, schema: string) {
    this.#config = config
    this.#namespace = new URL(config.databaseUrl).pathname.slice(1)
    this.#pool = new pg.Pool({ ...connectionOptions(config, schema), max: config.dbPoolMax, min: 1 })
    // An idle connection that the server cut; the pool replaces it.
    this.#pool.on('error', (error) => logger.warn({ error }, 'database connection lost'))
    measurePool(this.#pool, config.dbPoolMax)
  }

  /** `waiting`: requests for a connection that have none yet. */
  get connections(): { used: number; waiting: number; max: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool
    return { used: totalCount - idleCount, waiting: waitingCount, max: this.#config.dbPoolMax }
  }

  async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return await this.#withConnection((connection) => this.#run<Row>(connection, text, values))
  }

  /** Commits when `work` resolves, rolls back when it throws. */
  async transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return await this.#withConnection(async (connection) => {
      await this.#run(connection, 'BEGIN', [])
      try {
        const result = await work({ query: (text, values = []) => this.#run(connection, text, values) })
        await this.#run(connection, 'COMMIT', [])
        return result
      } catch (error) {
        // When even this fails the connection is gone, and the transaction with it: what matters is why.
        await this.#run(connection, 'ROLLBACK', []).catch(() => undefined)
        throw error
      }
    })
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  async #withConnection<T>(work: (connection: PoolClient) => Promise<T>): Promise<T> {
    const connection = await this.#connect()
    try {
      const result = await work(connection)
      connection.release()
      return result
    } catch (error) {
      // Rolled back already if it could be; a broken connection must not go back to the pool.
      connection.release(isConnectionBroken(error))
      throw error
    }
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      const problem = databaseProblem(error, this.#config)
      if (problem instanceof DatabaseConnectionTimeout) connectionTimeouts.inc()
      throw problem
    }
  }

  async #run<Row extends QueryResultRow>(
    connection: PoolClient,
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const { operation, collection = '' } = summariseQuery(text)
    const start = performance.now()
    let failure = ''
    try {
      const { rows } = await connection.query<Row>(text, [...values])
      return rows
    } catch (error) {
      failure = errorType(error)
      throw databaseProblem(error, this.#config)
    } finally {
      const labels = { db_system_name: 'postgresql', db_namespace: this.#namespace, db_operation_name: operation }
      duration.observe(
        { ...labels, db_collection_name: collection, error_type: failure },
        (performance.now() - start) / 1e3,
      )
    }
  }
}

function isConnectionBroken(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  // A SQLSTATE means that the server answered, so the connection is alive.
  return !(cause instanceof Error && 'code' in cause && /^[0-9A-Z]{5}$/.test(String(cause.code)))
}

/** For the pool, and for a connection of one's own beside it. */
export function connectionOptions(config: DatabaseConfig, schema: string) {
  return {
    connectionString: config.databaseUrl,
    connectionTimeoutMillis: config.dbConnectionTimeoutMs,
    statement_timeout: config.dbStatementTimeoutMs,
    application_name: service.name,
    options: `-c search_path=${schema}`,
  }
}

const connectionTimeouts = createCounter({
  name: metricNames.dbConnectionTimeouts,
  help: 'Requests that got no connection in time.',
})

function measurePool(pool: pg.Pool, max: number): void {
  createGauge({
    name: metricNames.dbConnections,
    help: 'Connections of the pool, by state.',
    labels: ['db_client_connection_state'],
    collect: (metric) => {
      metric.set({ db_client_connection_state: 'idle' }, pool.idleCount)
      metric.set({ db_client_connection_state: 'used' }, pool.totalCount - pool.idleCount)
    },
  })
  createGauge({
    name: metricNames.dbPendingRequests,
    help: 'Requests that wait for a connection.',
    collect: (metric) => metric.set(pool.waitingCount),
  })
  createGauge({ name: metricNames.dbConnectionsMax, help: 'Connections the pool may open.' }).set(max)
}
