/** Recordings of incidents as files: capture, replay, compare, redact, import. See docs/adr/0008-incident-files.md. */
export { capture, type CaptureOptions } from './capture/capture.ts'
export { compareRecordings, type Difference } from './compare-recordings.ts'
export { openRecording, type Recording } from './file/open-recording.ts'
export { RecordingError } from './recording-error.ts'
export { replay, type ReplayOptions } from './replay/replay.ts'
export { otlpTarget, storesTarget } from './replay/send.ts'
