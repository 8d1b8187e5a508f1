// Opens DuckDB on an incident's file or on the running lab: one table a signal.
import { recordingCommand } from './incident/recording-command.ts'

process.exitCode = await recordingCommand('sql', process.argv.slice(2))
