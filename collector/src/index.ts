/** Tests of a telemetry collector by what leaves it. See collector/README.md. */
export { startTestbed, type Testbed, type TestbedOptions } from './testbed/testbed.ts'
export type { Sending } from './testbed/sending.ts'
export { workload, type Workload, type WorkloadOptions } from './workload/workload.ts'
export type { Pace } from './workload/pace.ts'
export {
  alloy,
  builtin,
  generic,
  grafanaAgent,
  otelcol,
  type AdapterOptions,
  type GenericOptions,
} from './collectors/adapters.ts'
export type { CollectorAdapter } from './collectors/adapter.ts'
export { CollectorError } from './collectors/collector-error.ts'
export { fault, type Fault } from './faults/fault.ts'
export { delivered, type DeliveryLimits } from './matchers/delivered.ts'
export { preserved } from './matchers/preserved.ts'
export { correlated } from './matchers/correlated.ts'
export { answers, type Query } from './matchers/answers.ts'
export { DeliveryError } from './matchers/delivery-error.ts'
export type { DeliveryReport, TrackReport, Finding } from './ledger/delivery-report.ts'
export type { SettleOptions } from './ledger/settle.ts'
