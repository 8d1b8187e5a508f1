import type { FileProgress } from './file-progress.ts'

/** One entry on its way through a pipeline; stages change it in place. */
export interface LogEntry {
  labels: Map<string, string>
  /** What earlier stages took out of the line (Promtail's extracted map). */
  readonly extracted: Map<string, unknown>
  line: string
  timestampUnixNano: bigint
  readonly metadata: [name: string, value: string][]
  /** The lines of files it was made of: several after `multiline` or `cri`. */
  readonly origins: LineOrigin[]
}

export interface LineOrigin {
  readonly progress: FileProgress
  readonly startOffset: number
}
