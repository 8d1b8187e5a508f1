export type RecordingErrorCode =
  | 'PLAY_RECORDING_REFUSED'
  | 'PLAY_RECORDING_SOURCE'
  | 'PLAY_RECORDING_TARGET'
  | 'PLAY_RECORDING_INPUT'

/** What a person can act on: the file, the store or the input is at fault, and the message says where. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
  readonly code: RecordingErrorCode

  constructor(code: RecordingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
