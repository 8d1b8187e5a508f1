// Where there is no /proc: what node:os and statfs tell, under the names node_exporter uses on macOS.
import { statfsSync } from 'node:fs'
import { cpus, freemem, loadavg, totalmem, uptime } from 'node:os'
import type { Collector } from './linux-collectors.ts'
import type { SampleSet } from './sample-set.ts'

function cpu(samples: SampleSet): void {
  for (const [i, { times }] of cpus().entries()) {
    const modes = { user: times.user, nice: times.nice, system: times.sys, idle: times.idle }
    for (const [mode, ms] of Object.entries(modes)) {
      samples.counter('node_cpu_seconds_total', 'Seconds the CPUs spent in each mode.', ms / 1000, {
        cpu: String(i),
        mode,
      })
    }
  }
}

function memory(samples: SampleSet): void {
  samples.gauge('node_memory_total_bytes', 'Memory information field total_bytes.', totalmem())
  samples.gauge('node_memory_free_bytes', 'Memory information field free_bytes.', freemem())
}

function load(samples: SampleSet): void {
  const [one = 0, five = 0, fifteen = 0] = loadavg()
  samples.gauge('node_load1', '1m load average.', one)
  samples.gauge('node_load5', '5m load average.', five)
  samples.gauge('node_load15', '15m load average.', fifteen)
}

function boot(samples: SampleSet): void {
  samples.gauge('node_boot_time_seconds', 'Node boot time, in unixtime.', Math.round(Date.now() / 1000 - uptime()))
}

function filesystem(samples: SampleSet): void {
  const fs = statfsSync('/')
  const labels = { device: '', fstype: '', mountpoint: '/' }
  samples.gauge('node_filesystem_size_bytes', 'Filesystem size in bytes.', fs.blocks * fs.bsize, labels)
  samples.gauge('node_filesystem_free_bytes', 'Filesystem free space in bytes.', fs.bfree * fs.bsize, labels)
  samples.gauge(
    'node_filesystem_avail_bytes',
    'Filesystem space available to non-root users in bytes.',
    fs.bavail * fs.bsize,
    labels,
  )
}

export const PORTABLE_COLLECTORS: Readonly<Record<string, Collector>> = { cpu, memory, load, boot, filesystem }
