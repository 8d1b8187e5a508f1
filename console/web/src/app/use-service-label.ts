import { labelNames } from '../api/prometheus-client.ts'
import { useRequest } from './use-request.ts'

/**
 * Which label names the service on scraped metrics. A collector that copies the resource gives `service_name`; a plain
 * scrape knows only its `job`.
 */
export function useServiceLabel(tenant: string | undefined): string {
  const { value } = useRequest(`service label ${tenant}`, (signal) =>
    labelNames({ tenant, signal }, 'http_server_request_duration_seconds_count'),
  )
  return value === undefined || value.includes('service_name')
    ? 'service_name'
    : value.includes('service')
      ? 'service'
      : 'job'
}
