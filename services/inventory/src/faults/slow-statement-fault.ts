import { defineFault } from '@playground/telemetry'
import type { Fault } from '@playground/telemetry'
import type { Database } from '@playground/telemetry/database'

/**
 * Every row lock of `stock` gets slow: a trigger that sleeps, as a forgotten audit trigger would. Updates then run into
 * statement_timeout (SQLSTATE 57014) when `delayMs` is longer.
 */
export function slowStatementFault(database: Database): Fault {
  return defineFault({
    name: 'slow-statement',
    description:
      'A trigger on stock makes every update wait; longer than DB_STATEMENT_TIMEOUT_MS and it is cancelled (57014).',
    parameters: {
      delayMs: { description: 'Time each updated row takes.', default: 5_000, minimum: 1, maximum: 60_000 },
    },
    start: async ({ delayMs }) => {
      await database.transaction(async (transaction) => {
        await transaction.query(
          `CREATE OR REPLACE FUNCTION slow_audit() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN PERFORM pg_sleep(${delayMs / 1e3}); RETURN NEW; END $$`,
        )
        await transaction.query(
          'CREATE OR REPLACE TRIGGER slow_audit BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION slow_audit()',
        )
      })
      return async () => removeSlowAudit(database)
    },
  })
}

/** Also run at start: a service that was killed while the fault was on would otherwise stay slow for ever. */
export async function removeSlowAudit(database: Database): Promise<void> {
  await database.query('DROP FUNCTION IF EXISTS slow_audit CASCADE')
}
