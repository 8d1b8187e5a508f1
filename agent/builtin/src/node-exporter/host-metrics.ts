import { arch, hostname, platform, release, type, version } from 'node:os'
import { renderExposition } from '@playground/protocol/exposition'
import { LINUX_COLLECTORS } from './linux-collectors.ts'
import { PORTABLE_COLLECTORS } from './portable-collectors.ts'
import { SampleSet } from './sample-set.ts'

/** One scrape of this machine in text exposition, under node_exporter's names. A collector that fails says so and spoils no other. */
export function renderHostMetrics(): string {
  const samples = new SampleSet()
  const collectors = platform() === 'linux' ? LINUX_COLLECTORS : PORTABLE_COLLECTORS
  for (const [collector, collect] of Object.entries(collectors)) {
    const startedMs = performance.now()
    let isSuccess = 1
    try {
      collect(samples)
    } catch {
      isSuccess = 0
    }
    const seconds = (performance.now() - startedMs) / 1000
    samples.gauge('node_scrape_collector_duration_seconds', 'Duration of a collector scrape.', seconds, { collector })
    samples.gauge('node_scrape_collector_success', 'Whether a collector succeeded.', isSuccess, { collector })
  }
  samples.gauge('node_time_seconds', 'System time in seconds since epoch (1970).', Date.now() / 1000)
  samples.gauge('node_uname_info', 'Labeled system information as provided by the uname system call.', 1, {
    domainname: '(none)',
    machine: arch() === 'x64' ? 'x86_64' : arch() === 'arm64' ? 'aarch64' : arch(),
    nodename: hostname(),
    release: release(),
    sysname: type(),
    version: version(),
  })
  return renderExposition(samples.exposition)
}
