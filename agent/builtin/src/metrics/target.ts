import type { ScrapeConfig } from '../config/metrics-schema.ts'
import { relabel, type Labels } from './relabel.ts'

export interface Target {
  readonly url: URL
  /** Labels every sample of the target gets: job, instance, the static ones, what relabelling made. */
  readonly labels: ReadonlyMap<string, string>
}

function discovered(config: ScrapeConfig, address: string, extra: ReadonlyMap<string, string>): Labels {
  const labels: Labels = new Map([
    ['__address__', address],
    ['__scheme__', config.scheme],
    ['__metrics_path__', config.metrics_path],
    ['job', config.job_name],
  ])
  for (const [name, values] of config.params) {
    const [first] = values
    if (first !== undefined) labels.set(`__param_${name}`, first)
  }
  for (const [name, value] of extra) labels.set(name, value)
  return labels
}

function urlOf(config: ScrapeConfig, labels: Labels): URL {
  const scheme = labels.get('__scheme__') ?? 'http'
  const url = new URL(`${scheme}://${labels.get('__address__') ?? ''}${labels.get('__metrics_path__') ?? '/metrics'}`)
  for (const [name, values] of config.params) {
    for (const value of values.slice(1)) url.searchParams.append(name, value)
  }
  for (const [name, value] of labels) {
    if (name.startsWith('__param_')) url.searchParams.append(name.slice('__param_'.length), value)
  }
  return url
}

/** The targets of one scrape_config after relabel_configs; those a rule drops are left out. */
export function targetsOf(config: ScrapeConfig): Target[] {
  const targets: Target[] = []
  for (const group of config.static_configs) {
    for (const address of group.targets) {
      const labels = relabel(discovered(config, address, group.labels), config.relabel_configs)
      if (labels === undefined || !labels.has('__address__')) continue
      const url = urlOf(config, labels)
      if (!labels.has('instance')) labels.set('instance', labels.get('__address__') ?? '')
      const kept = [...labels].filter(([name]) => !name.startsWith('__'))
      targets.push({ url, labels: new Map(kept) })
    }
  }
  return targets
}
