import { LineOutput } from './line-output.ts'

/** What is not for the log: why a process cannot start, or cannot write its log. */
export const standardError = new LineOutput(process.stderr, {
  notice: (lines) => `${lines} lines were lost here: they could not be written\n`,
  onDropped: () => {},
})
