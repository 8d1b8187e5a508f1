/** What a collector said to a request of the workload. */
export type SendOutcome =
  | { readonly kind: 'acknowledged'; readonly rejected: number }
  | { readonly kind: 'refused'; readonly reason: string; readonly retryAfterMs?: number }

export type OtlpSignal = 'traces' | 'logs' | 'metrics'

export interface OtlpClient extends Disposable {
  send(signal: OtlpSignal, request: Uint8Array): Promise<SendOutcome>
}
