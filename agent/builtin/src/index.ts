export { startAgent, type StartedAgent } from './agent.ts'
export { readRun, type RunConfig } from './config.ts'
export { createLogger, type Logger } from './log.ts'
