// node_exporter's collectors cpu, stat, meminfo, loadavg, netdev, filesystem, as far as a lab looks at them; from /proc.
import { readFileSync, statfsSync } from 'node:fs'
import type { SampleSet } from './sample-set.ts'

export type Collector = (samples: SampleSet) => void

// USER_HZ is 100 on every Linux architecture Node runs on.
const TICKS_PER_SECOND = 100
const CPU_MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const

const lines = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n')

function cpu(samples: SampleSet): void {
  for (const line of lines('/proc/stat')) {
    const match = /^cpu(\d+) (.+)$/.exec(line)
    if (match === null) continue
    const [, number = '', ticks = ''] = match
    const values = ticks.split(' ').map(Number)
    for (const [i, mode] of CPU_MODES.entries()) {
      const seconds = (values[i] ?? 0) / TICKS_PER_SECOND
      samples.counter('node_cpu_seconds_total', 'Seconds the CPUs spent in each mode.', seconds, { cpu: number, mode })
    }
  }
}

const STAT_LINES: Readonly<Record<string, [kind: 'counter' | 'gauge', name: string, help: string]>> = {
  intr: ['counter', 'node_intr_total', 'Total number of interrupts serviced.'],
  ctxt: ['counter', 'node_context_switches_total', 'Total number of context switches.'],
  processes: ['counter', 'node_forks_total', 'Total number of forks.'],
  btime: ['gauge', 'node_boot_time_seconds', 'Node boot time, in unixtime.'],
  procs_running: ['gauge', 'node_procs_running', 'Number of processes in runnable state.'],
  procs_blocked: ['gauge', 'node_procs_blocked', 'Number of processes blocked waiting for I/O to complete.'],
}

function stat(samples: SampleSet): void {
  for (const line of lines('/proc/stat')) {
    const [key = '', value] = line.split(' ')
    const known = STAT_LINES[key]
    if (known !== undefined) samples.add(known[0], known[1], known[2], Number(value))
  }
}

function meminfo(samples: SampleSet): void {
  for (const line of lines('/proc/meminfo')) {
    const match = /^([^:]+):\s+(\d+)( kB)?$/.exec(line)
    if (match === null) continue
    const [, key = '', value, unit] = match
    // Active(anon) is node_memory_Active_anon_bytes there.
    const field = key.replace(/\((.*)\)/, '_$1')
    const name = `node_memory_${field}${unit === undefined ? '' : '_bytes'}`
    samples.gauge(
      name,
      `Memory information field ${name.slice('node_memory_'.length)}.`,
      Number(value) * (unit === undefined ? 1 : 1024),
    )
  }
}

function loadavg(samples: SampleSet): void {
  const [one, five, fifteen] = readFileSync('/proc/loadavg', 'utf8').split(' ').map(Number)
  samples.gauge('node_load1', '1m load average.', one ?? 0)
  samples.gauge('node_load5', '5m load average.', five ?? 0)
  samples.gauge('node_load15', '15m load average.', fifteen ?? 0)
}

const NET_FIELDS = [
  'receive_bytes', 'receive_packets', 'receive_errs', 'receive_drop', 'receive_fifo', 'receive_frame', 'receive_compressed',
  'receive_multicast', 'transmit_bytes', 'transmit_packets', 'transmit_errs', 'transmit_drop', 'transmit_fifo',
  'transmit_colls', 'transmit_carrier', 'transmit_compressed',
] as const // prettier-ignore

function netdev(samples: SampleSet): void {
  for (const line of lines('/proc/net/dev').slice(2)) {
    const [device = '', rest = ''] = line.split(':').map((part) => part.trim())
    const values = rest.split(/\s+/).map(Number)
    for (const [i, field] of NET_FIELDS.entries()) {
      samples.counter(`node_network_${field}_total`, `Network device statistic ${field}.`, values[i] ?? 0, { device })
    }
  }
}

// node_exporter's defaults for --collector.filesystem.fs-types-exclude and mount-points-exclude.
const IGNORED_TYPES =
  /^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$/
const IGNORED_MOUNTS =
  /^\/(dev|proc|run\/credentials\/.+|sys|var\/lib\/docker\/.+|var\/lib\/containers\/storage\/.+)($|\/)/

const unescapeMount = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)))

function filesystem(samples: SampleSet): void {
  const seen = new Set<string>()
  for (const line of lines('/proc/self/mounts')) {
    const [device = '', mount = '', fstype = '', options = ''] = line.split(' ').map(unescapeMount)
    // The root counts whatever it is: in a container it is an overlay.
    if (seen.has(mount) || (mount !== '/' && (IGNORED_TYPES.test(fstype) || IGNORED_MOUNTS.test(mount)))) continue
    seen.add(mount)
    const labels = { device, fstype, mountpoint: mount }
    const isReadOnly = options.split(',').includes('ro')
    try {
      const fs = statfsSync(mount)
      samples.gauge('node_filesystem_size_bytes', 'Filesystem size in bytes.', fs.blocks * fs.bsize, labels)
      samples.gauge('node_filesystem_free_bytes', 'Filesystem free space in bytes.', fs.bfree * fs.bsize, labels)
      samples.gauge(
        'node_filesystem_avail_bytes',
        'Filesystem space available to non-root users in bytes.',
        fs.bavail * fs.bsize,
        labels,
      )
      samples.gauge('node_filesystem_files', 'Filesystem total file nodes.', fs.files, labels)
      samples.gauge('node_filesystem_files_free', 'Filesystem total free file nodes.', fs.ffree, labels)
      samples.gauge('node_filesystem_readonly', 'Filesystem read-only status.', isReadOnly ? 1 : 0, labels)
      samples.gauge(
        'node_filesystem_device_error',
        'Whether an error occurred while getting statistics for the given device.',
        0,
        labels,
      )
    } catch {
      samples.gauge(
        'node_filesystem_device_error',
        'Whether an error occurred while getting statistics for the given device.',
        1,
        labels,
      )
    }
  }
}

export const LINUX_COLLECTORS: Readonly<Record<string, Collector>> = { cpu, stat, meminfo, loadavg, netdev, filesystem }
