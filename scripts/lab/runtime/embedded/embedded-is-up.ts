import { stateDirectory } from '../../state-directory.ts'
import { isRunning, readRecords } from './processes/processes.ts'

export function embeddedIsUp({ stateDir }: { stateDir: string }): boolean {
  return readRecords(stateDirectory(stateDir).run).some(isRunning)
}
