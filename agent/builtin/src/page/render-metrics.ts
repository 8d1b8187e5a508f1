import type { Registry } from '../accounting/registry.ts'

const escape = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escape(text)}"`)
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly string[]): string {
  return samples.length === 0 ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.join('')}`
}

function processFamilies(): string {
  const { user, system } = process.cpuUsage()
  return [
    family('process_cpu_seconds_total', 'counter', 'CPU time used.', [
      sample('process_cpu_seconds_total', {}, (user + system) / 1e6),
    ]),
    family('process_resident_memory_bytes', 'gauge', 'Resident memory.', [
      sample('process_resident_memory_bytes', {}, process.memoryUsage.rss()),
    ]),
    family('process_start_time_seconds', 'gauge', 'Start time since 1970.', [
      sample('process_start_time_seconds', {}, Math.round(Date.now() / 1000 - process.uptime())),
    ]),
  ].join('')
}

/** The agent's own counters in text 0.0.4. For each signal and destination: received = sent + dropped + queued. */
export function renderMetrics(registry: Registry): string {
  const items: string[] = []
  const queued: string[] = []
  for (const ledger of registry.ledgers) {
    const { signal, destination } = ledger
    for (const [outcome, reason, value] of ledger.rows()) {
      items.push(sample('playground_agent_items_total', { signal, destination, outcome, reason }, value))
    }
    queued.push(sample('playground_agent_queued_items', { signal, destination }, ledger.queued))
  }
  const extras = [...registry.extras].map(([name, { help, type, values }]) =>
    family(
      name,
      type,
      help,
      [...values.values()].map(({ labels, value }) => sample(name, labels, value)),
    ),
  )
  return [
    family(
      'playground_agent_items_total',
      'counter',
      'Spans, log lines and samples by what became of them; outcome is received, sent or dropped.',
      items,
    ),
    family('playground_agent_queued_items', 'gauge', 'Items received and neither sent nor dropped yet.', queued),
    ...extras,
    processFamilies(),
  ].join('')
}
