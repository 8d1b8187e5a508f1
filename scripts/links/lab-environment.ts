// Grafana's environment for the lab that is up: what grafana/grafana.env lists, with this lab's addresses.
import { join } from 'node:path'
import type { LabDescription } from '../lab/lab-description.ts'
import { url } from '../lab/lab-description.ts'
import { ROOT } from '../lab/settings.ts'

export function grafanaEnvironment(lab: LabDescription): Record<string, string> {
  const address = lab.readerUrl ?? lab.databaseUrl
  const database = address === undefined ? undefined : new URL(address)
  return {
    LOKI_URL: url(lab, 'loki'),
    TEMPO_URL: url(lab, 'tempo'),
    PROMETHEUS_URL: url(lab, 'prometheus'),
    JAEGER_URL: url(lab, 'jaeger'),
    TRACES_UID: lab.runtime === 'docker' ? lab.docker.traces : 'tempo',
    POSTGRES_ADDRESS: database?.host ?? '',
    POSTGRES_DATABASE: database?.pathname.slice(1) ?? '',
    POSTGRES_READER_USER: decodeURIComponent(database?.username ?? ''),
    POSTGRES_READER_PASSWORD: decodeURIComponent(database?.password ?? ''),
    GRAFANA_URL: url(lab, 'grafana'),
    DASHBOARDS_PATH: join(ROOT, 'grafana/dashboards'),
  }
}
