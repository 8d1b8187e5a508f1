// The process: flags, configuration, start, signals. What it runs is agent.ts.
import { startAgent, type StartedAgent } from './agent.ts'
import { readRun, type RunConfig } from './config.ts'
import { ConfigError } from './config/agent-config.ts'
import { helpText } from './flags.ts'
import { LineOutput } from './line-output.ts'
import { createLogger, reasonOf, renderLine } from './log.ts'

async function run(config: RunConfig): Promise<void> {
  const { log_level: level, log_format: format = 'logfmt' } = config.agent.server
  let agent: StartedAgent | undefined
  const output = new LineOutput({
    stream: process.stderr,
    lossNotice: (lines) => renderLine(format, 'warn', 'log lines were lost: they could not be written', { lines }),
    onDropped: () =>
      agent?.registry.add(
        'playground_agent_dropped_log_lines_total',
        "The agent's own log lines that could not be written.",
        {},
      ),
  })
  const logger = createLogger({ level, format, write: (line) => output.write(line) })
  for (const warning of config.warnings) logger.warn('configuration', { warning })
  let started: StartedAgent
  try {
    started = await startAgent(config, logger)
    agent = started
  } catch (error) {
    logger.error('cannot start', { error: reasonOf(error) })
    process.exit(1)
  }
  let isStopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1)
    isStopping = true
    logger.info('stopping; a second signal ends at once', { signal, drain: `${config.drainMs}ms` })
    started.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error('did not stop cleanly', { error: reasonOf(error) })
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

try {
  const given = readRun(process.argv.slice(2))
  if (given.kind === 'help') process.stdout.write(helpText())
  else if (given.kind === 'version')
    process.stdout.write('playground agent 0.1.0 (runs Grafana Agent v0.44 static-mode files)\n')
  else if (given.kind === 'check') {
    for (const warning of given.config.warnings) process.stderr.write(`warning: ${warning}\n`)
    process.stdout.write('the configuration is good\n')
  } else await run(given.config)
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  process.stderr.write(`${error.faults.join('\n')}\n`)
  process.exitCode = 2
}
