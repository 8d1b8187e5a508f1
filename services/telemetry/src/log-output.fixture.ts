/** A process that logs as a service does: a line for each message it is sent; it answers with the lines it has dropped so far. */
import { logger } from './logger.ts'
import { renderMetrics } from './metrics.ts'

process.on('message', (message) => {
  logger.info({ number: message }, 'a line of the fixture')
  // A stream tells of a failed write in a later turn of the loop, and an unheard error ends the process in that turn.
  setImmediate(() => void renderMetrics(undefined).then(({ body }) => process.send?.(body)))
})
