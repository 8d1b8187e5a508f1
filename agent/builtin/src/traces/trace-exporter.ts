import type { SendOutcome } from '../net/send-outcome.ts'

/** Sends one merged ExportTraceServiceRequest to a backend. Never throws. */
export interface TraceExporter {
  send(body: Uint8Array, signal: AbortSignal): Promise<SendOutcome>
  close(): void
}

export const EXPORT_TIMEOUT_MS = 10_000
