// Opens DuckDB on a recording, or on what the running lab has: one table a signal.
import { recordingCommand } from './incident/recording-command.ts'

process.exitCode = await recordingCommand('sql', process.argv.slice(2))
