import { compareByName, labelValue, type Labels } from '../logql/labels/labels.ts'

export const serviceNameLabel = 'service_name'

/** Labels that can stand for the service, in the order Loki asks them. */
export const serviceNameSources = [
  'service',
  'app',
  'application',
  'app_name',
  'name',
  'app_kubernetes_io_name',
  'container',
  'container_name',
  'k8s_container_name',
  'component',
  'workload',
  'job',
  'k8s_job_name',
]

/** Every stream gets a `service_name`. */
export function withServiceName(labels: Labels): Labels {
  if (labelValue(labels, serviceNameLabel) !== '') return labels
  const source = serviceNameSources.find((name) => labelValue(labels, name) !== '')
  const service = source === undefined ? 'unknown_service' : labelValue(labels, source)
  return [...labels, [serviceNameLabel, service] as const].sort(compareByName)
}
