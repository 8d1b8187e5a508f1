// What an agent has made of the scenario, asked of the stores by their public APIs: for each kind of log line, metric and span
// the properties an agent could change. Ids, values and times differ from run to run and are left out, but for those that
// must agree within one run.
import { logsDelivered } from './delivered-logs.ts'
import { metricsDelivered } from './delivered-metrics.ts'
import { spansDelivered } from './delivered-spans.ts'
import type { Scenario } from './scenario.ts'
import type { StoreUrls } from '../../scripts/lab/proof/store-client.ts'

/** `line "order placed" of checkout` → `label` → `job="playground"`, … */
export type Delivery = Map<string, Map<string, Set<string>>>

export async function readDelivery(stores: StoreUrls, scenario: Scenario): Promise<Delivery> {
  const delivery: Delivery = new Map()
  const note = (subject: string, property: string, ...values: string[]) => {
    const properties = delivery.get(subject) ?? new Map<string, Set<string>>()
    delivery.set(subject, properties)
    const known = properties.get(property) ?? new Set<string>()
    properties.set(property, known)
    for (const value of values) known.add(value)
  }
  await logsDelivered(stores.loki, scenario, note)
  await metricsDelivered(stores.prometheus, scenario, note)
  await spansDelivered(stores.tempo, scenario, note)
  return delivery
}

export type Note = (subject: string, property: string, ...values: string[]) => void
