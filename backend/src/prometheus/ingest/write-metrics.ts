import type { WriteRequest } from '@playground/protocol/remote-write'
import type { MetricsStore } from '../store/metrics-store.ts'
import type { IngestCounters } from './ingest-counters.ts'
import { type ValidatedWrite, WriteValidator } from './validate-write.ts'

/** Checks a request and stores what is good of it; durable when the promise resolves. */
export async function writeMetrics(
  store: MetricsStore,
  counters: IngestCounters,
  tenant: string,
  request: WriteRequest,
): Promise<ValidatedWrite> {
  const validator = new WriteValidator(counters, Date.now(), (labels) => store.headSeries(tenant, labels)?.samples)
  const validated = validator.validate(request)
  const { batch } = validated
  if (batch.series.length > 0 || batch.metadata.length > 0) await store.append(tenant, batch)
  return validated
}
