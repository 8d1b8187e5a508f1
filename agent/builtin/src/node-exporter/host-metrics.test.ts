import assert from 'node:assert/strict'
import http from 'node:http'
import { platform } from 'node:os'
import { test } from 'node:test'
import { parseExposition, type ExposedSample } from '@playground/protocol/exposition'
import { createAddressGuard } from '../net/address-guard.ts'
import { startHostMetrics } from './host-metrics-server.ts'

async function scrape(url: string): Promise<ExposedSample[]> {
  const response = await fetch(`${url}/metrics`)
  return parseExposition(await response.text(), response.headers.get('content-type') ?? '').samples
}

test('the exposition parses and has the families a host dashboard asks for', async (t) => {
  const started = await startHostMetrics('127.0.0.1:0', 'test', createAddressGuard([]))
  t.after(() => started.close())
  const samples = await scrape(started.url)
  const names = new Set(samples.map(({ labels }) => labels[0]?.[1]))
  const everywhere = [
    'node_cpu_seconds_total',
    'node_load1',
    'node_load5',
    'node_load15',
    'node_boot_time_seconds',
    'node_uname_info',
    'node_time_seconds',
    'node_filesystem_size_bytes',
    'node_filesystem_avail_bytes',
  ]
  const linux = [
    'node_memory_MemTotal_bytes',
    'node_memory_MemAvailable_bytes',
    'node_network_receive_bytes_total',
    'node_network_transmit_bytes_total',
    'node_context_switches_total',
    'node_procs_running',
  ]
  for (const name of [...everywhere, ...(platform() === 'linux' ? linux : [])])
    assert.ok(names.has(name), `${name} is missing`)
  const failed = samples.filter(
    ({ labels, value }) => labels[0]?.[1] === 'node_scrape_collector_success' && value !== 1,
  )
  assert.deepEqual(failed, [])
})

test('CPU time grows by at most the time that passes on every CPU', async (t) => {
  const started = await startHostMetrics('127.0.0.1:0', 'test', createAddressGuard([]))
  t.after(() => started.close())
  const total = (samples: readonly ExposedSample[]): number =>
    samples
      .filter(({ labels }) => labels[0]?.[1] === 'node_cpu_seconds_total')
      .reduce((sum, { value }) => sum + value, 0)
  const before = await scrape(started.url)
  const startedMs = performance.now()
  await new Promise((resolve) => setTimeout(resolve, 300))
  const after = await scrape(started.url)
  const seconds = (performance.now() - startedMs) / 1000
  const cpus = new Set(
    after.flatMap(({ labels }) => (labels[0]?.[1] === 'node_cpu_seconds_total' ? [labels[1]?.[1]] : [])),
  ).size
  const grown = total(after) - total(before)
  // Ticks are 10 ms, in 8 modes of each CPU.
  assert.ok(grown > 0 && grown <= (seconds + 0.1) * cpus, `${grown} s in ${seconds} s on ${cpus} CPUs`)
})

const statusFor = (url: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    // fetch would not send a Host of one's own.
    http.get(url, { headers: { host } }, (response) => resolve(response.resume().statusCode)).on('error', reject)
  })

test('a foreign host is refused and other paths are not found', async (t) => {
  const started = await startHostMetrics('127.0.0.1:0', 'test', createAddressGuard([]))
  t.after(() => started.close())
  assert.equal((await fetch(`${started.url}/metrics`, { headers: { origin: 'http://evil.example' } })).status, 403)
  for (const host of ['evil.example', '127.evil.example', '127.0.0.1.nip.io:9100']) {
    assert.equal(await statusFor(`${started.url}/metrics`, host), 403, host)
  }
  assert.equal(await statusFor(`${started.url}/metrics`, 'localhost:9100'), 200)
  assert.equal((await fetch(started.url)).status, 404)
})
