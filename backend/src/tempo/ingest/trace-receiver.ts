/** What both OTLP receivers do with decoded spans: check, store, count, tell the metrics generator. */
import { ApiError } from '../../http/index.ts'
import { checkSpans, type CheckedSpans } from './check-spans.ts'
import { encodeTracesProto, type ResourceSpans } from '@playground/protocol/otlp/traces'
import { truncateAttributes } from './truncate-attributes.ts'
import type { TempoCounters } from '../api/counters.ts'
import type { TraceTenants } from '../store/trace-store.ts'

export class TraceReceiver {
  readonly #store: TraceTenants
  readonly #counters: TempoCounters

  constructor(store: TraceTenants, counters: TempoCounters) {
    this.#store = store
    this.#counters = counters
  }

  /**
   * Resolves when the good spans are on disk and can be searched.
   * @param protobuf the request as received, if it is OTLP/protobuf: it is journaled as it is when nothing had to be changed.
   * @throws StorageError; ApiError 400 when every span was bad.
   */
  async receive(
    tenant: string,
    batch: readonly ResourceSpans[],
    sizeBytes: number,
    protobuf?: Uint8Array,
  ): Promise<CheckedSpans> {
    const checked = checkSpans(batch, Date.now())
    for (const [reason, spans] of checked.reasons) this.#counters.discarded(tenant, reason, spans)
    // Partial success is for requests of which something was kept; one that is bad as a whole is an error, as in Tempo.
    if (checked.rejectedSpans > 0 && checked.acceptedSpans === 0) throw new ApiError(400, checked.message)
    if (checked.acceptedSpans === 0) return checked
    const truncated = truncateAttributes(checked.accepted)
    const unchanged = checked.rejectedSpans === 0 && truncated === 0
    const payload = (unchanged ? protobuf : undefined) ?? encodeTracesProto(checked.accepted)
    await this.#store.append(tenant, { payload, format: 0, batch: checked.accepted })
    this.#counters.received(tenant, checked.acceptedSpans, sizeBytes)
    return checked
  }
}
