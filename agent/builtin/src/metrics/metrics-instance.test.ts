import assert from 'node:assert/strict'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WriteSeries } from '@playground/protocol/remote-write'
import { FakePrometheus } from '../../test/fake-backend.ts'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { until } from '../../test/until.ts'
import { Registry } from '../accounting/registry.ts'
import { readAgentConfig } from '../config/agent-config.ts'
import { createLogger } from '../log.ts'
import { MetricsInstance } from './metrics-instance.ts'

const quiet = createLogger({ level: 'error', format: 'logfmt', write: () => {} })

class FakeTarget {
  body = 'a_total 1\n'
  contentType = 'text/plain; version=0.0.4'
  status = 200
  readonly urls: string[] = []
  readonly server = http.createServer((request, response) => {
    this.urls.push(request.url ?? '')
    response.writeHead(this.status, { 'content-type': this.contentType }).end(this.body)
  })

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }
}

interface Lab extends AsyncDisposable {
  readonly target: FakeTarget
  readonly prometheus: FakePrometheus
  readonly registry: Registry
  start(): MetricsInstance
  stop(): Promise<void>
}

interface LabOptions {
  readonly scrape?: string
  readonly remote?: string
  readonly labels?: string
  readonly global?: string
  readonly withoutRemoteWrite?: boolean
  readonly maxWalBytes?: number
}

async function lab(options: LabOptions = {}): Promise<Lab> {
  const folder = temporaryFolder()
  const target = new FakeTarget()
  await new Promise<void>((resolve) => target.server.listen(0, '127.0.0.1', resolve))
  const prometheus = new FakePrometheus()
  await prometheus.listen()
  const remote = `remote_write: [{url: 'http://127.0.0.1:${prometheus.port}/api/v1/write', send_exemplars: true, queue_config: {batch_send_deadline: 10ms, min_backoff: 10ms, max_backoff: 30ms} ${options.remote ?? ''}}]`
  const yaml = `metrics: {global: {scrape_interval: 200ms ${options.global ?? ''}}, configs: [{name: m, ${options.withoutRemoteWrite === true ? '' : `${remote},`}
    scrape_configs: [{job_name: shop, static_configs: [{targets: ['${target.address}'], labels: {service_name: checkout ${options.labels ?? ''}}}] ${options.scrape ?? ''}}]}]}`
  const metrics = readAgentConfig(yaml, 'agent.yaml').config.metrics
  const config = metrics?.configs[0]
  if (metrics === undefined || config === undefined) throw new Error('no metrics section')
  let registry = new Registry()
  let running: MetricsInstance | undefined
  const stop = async (): Promise<void> => {
    running?.stopScraping()
    await running?.drain(AbortSignal.abort())
    running = undefined
  }
  return {
    target,
    prometheus,
    get registry() {
      return registry
    },
    start() {
      registry = new Registry()
      running = new MetricsInstance({
        config,
        global: metrics.global,
        walDirectory: folder.path,
        maxWalBytes: options.maxWalBytes ?? 1e8,
        registry,
        logger: quiet,
      })
      running.start()
      return running
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      target.server.closeAllConnections()
      target.server.close()
      await prometheus.close()
      folder[Symbol.dispose]()
    },
  }
}

const labelsOf = (series: WriteSeries | undefined): Record<string, string> => Object.fromEntries(series?.labels ?? [])
const timeOf = (series: WriteSeries): number => series.samples[0]?.timestampMs ?? 0
const valuesOf = (series: readonly WriteSeries[]): number[] =>
  series.flatMap((one) => one.samples.map(({ value }) => value))

describe('scraping', () => {
  test('samples carry job, instance and target labels; up and the scrape series come with them', async () => {
    await using t = await lab({ global: ', external_labels: {cluster: lab}' })
    t.target.body = 'a_total{x="1"} 42\n'
    t.start()
    await until(
      () => t.prometheus.named('a_total'),
      (seen) => seen.length >= 2,
    )
    assert.deepEqual(labelsOf(t.prometheus.named('a_total')[0]), {
      __name__: 'a_total', cluster: 'lab', instance: t.target.address, job: 'shop', service_name: 'checkout', x: '1',
    }) // prettier-ignore
    // By timestamp: on a loaded machine a scrape in between may have failed.
    const [first = 0, second = 0] = t.prometheus.named('a_total').map(timeOf)
    const at = (name: string, timestampMs: number): number | undefined =>
      t.prometheus.named(name).find((series) => timeOf(series) === timestampMs)?.samples[0]?.value
    assert.deepEqual(
      [at('up', first), at('scrape_samples_scraped', first), at('scrape_series_added', first)],
      [1, 1, 1],
    )
    assert.equal(at('scrape_series_added', second), 0)
    const names = t.prometheus.series.map(({ labels }) => labels.map(([name]) => name))
    assert.ok(
      names.every((list) => list.join() === list.toSorted().join()),
      'labels are sorted',
    )
  })

  test('a label of the target wins and the scraped one is renamed; with honor_labels the scraped one wins', async () => {
    for (const [scrape, expected] of [
      ['', { job: 'shop', exported_job: 'own' }],
      [', honor_labels: true', { job: 'own', exported_job: undefined }],
    ] as const) {
      await using t = await lab({ scrape })
      t.target.body = 'a_total{job="own"} 1\n'
      t.start()
      const [series] = await until(
        () => t.prometheus.named('a_total'),
        (seen) => seen.length > 0,
      )
      const { job, exported_job: exportedJob } = labelsOf(series)
      assert.deepEqual({ job, exported_job: exportedJob }, expected)
    }
  })

  test('a failing target is up 0, and its series and a vanished series get staleness markers', async () => {
    await using t = await lab()
    t.target.body = 'a_total 1\nb_total 1\n'
    t.start()
    await until(
      () => t.prometheus.named('b_total'),
      (seen) => seen.length > 0,
    )
    t.target.body = 'a_total 1\n'
    const isStale = (name: string) => (): boolean =>
      t.prometheus.named(name).some((series) => series.samples[0]?.stale === true)
    await until(isStale('b_total'), Boolean)
    const markedAt = t.prometheus.named('b_total').find((series) => series.samples[0]?.stale === true)
    const neighbour = t.prometheus.named('a_total').find((series) => timeOf(series) === timeOf(markedAt ?? series))
    assert.notEqual(neighbour?.samples[0]?.stale, true)
    t.target.status = 500
    await until(isStale('a_total'), Boolean)
    await until(
      () => valuesOf(t.prometheus.named('up')),
      (values) => values.includes(0),
    )
  })

  test('an exemplar of OpenMetrics is sent once, not on every scrape', async () => {
    await using t = await lab()
    t.target.contentType = 'application/openmetrics-text; version=1.0.0'
    t.target.body =
      '# TYPE d histogram\nd_bucket{le="1"} 1 # {trace_id="abc"} 0.3 1757412000.5\nd_bucket{le="+Inf"} 1\nd_sum 0.3\nd_count 1\n# EOF\n'
    t.start()
    await until(
      () => t.prometheus.named('d_bucket'),
      (seen) => seen.length >= 6,
    )
    const exemplars = t.prometheus.named('d_bucket').flatMap((series) => series.exemplars)
    assert.deepEqual(exemplars, [{ labels: [['trace_id', 'abc']], value: 0.3, timestampMs: 1_757_412_000_500 }])
  })

  test('TYPE and HELP are sent as metadata', async () => {
    await using t = await lab()
    t.target.body = '# HELP a_total Things.\n# TYPE a_total counter\na_total 1\n'
    t.start()
    const metadata = await until(
      () => t.prometheus.metadata,
      (seen) => seen.length > 0,
    )
    assert.deepEqual(metadata[0], { metricFamilyName: 'a_total', type: 'counter', help: 'Things.', unit: '' })
  })

  test('relabelling of targets, of samples and before remote write; params and path', async () => {
    await using t = await lab({
      scrape: `, metrics_path: /federate, params: {match: [a, b]},
        relabel_configs: [{source_labels: [service_name], target_label: svc}],
        metric_relabel_configs: [{source_labels: [__name__], regex: noise, action: drop}]`,
      remote: `, write_relabel_configs: [{source_labels: [__name__], regex: 'scrape_.*', action: drop}]`,
    })
    t.target.body = 'a_total 1\nnoise 2\n'
    t.start()
    const [series] = await until(
      () => t.prometheus.named('a_total'),
      (seen) => seen.length > 0,
    )
    assert.equal(labelsOf(series)['svc'], 'checkout')
    assert.equal(t.target.urls[0], '/federate?match=b&match=a')
    assert.deepEqual([t.prometheus.named('noise').length, t.prometheus.named('scrape_duration_seconds').length], [0, 0])
    const totals = await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => (seen?.sent ?? 0) > 0,
    )
    assert.equal(totals?.dropped['metric_relabel_configs'], t.target.urls.length)
    assert.ok((totals?.dropped['write_relabel_configs'] ?? 0) > 0)
  })
})

describe('remote write', () => {
  test('5xx and 429 are retried in order; samples of an outage arrive when it is over', async () => {
    await using t = await lab()
    t.prometheus.answer = () => ({ status: 503 })
    t.start()
    await until(
      () => t.target.urls.length,
      (n) => n >= 5,
    )
    t.prometheus.answer = () => ({ status: 204 })
    await until(
      () => t.prometheus.named('a_total'),
      (seen) => seen.length >= 5,
    )
    const times = t.prometheus.named('a_total').map((series) => series.samples[0]?.timestampMs ?? 0)
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    assert.equal(new Set(times).size, times.length)
  })

  test('400 is dropped with its reason and does not block what follows', async () => {
    await using t = await lab()
    t.prometheus.answer = (attempt) => ({ status: attempt === 1 ? 400 : 204 })
    t.start()
    await until(
      () => t.prometheus.named('a_total'),
      (seen) => seen.length >= 2,
    )
    const totals = t.registry.ledgers[0]?.totals()
    assert.ok((totals?.dropped['http_400'] ?? 0) >= 6, JSON.stringify(totals))
  })

  test('samples not yet sent survive a restart', async () => {
    await using t = await lab()
    t.prometheus.answer = () => 'reset'
    t.start()
    await until(
      () => t.target.urls.length,
      (n) => n >= 3,
    )
    await t.stop()
    const scrapedBefore = t.target.urls.length
    t.prometheus.answer = () => ({ status: 204 })
    t.start()
    await until(
      () => t.prometheus.named('a_total'),
      (seen) => seen.length >= scrapedBefore,
    )
    assert.ok((t.registry.ledgers[0]?.rows().find(([, reason]) => reason === 'restored')?.[2] ?? 0) > 0)
  })

  test('without remote_write samples stay in the WAL, as in the article', async () => {
    await using t = await lab({ withoutRemoteWrite: true })
    t.start()
    const totals = await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => (seen?.queued ?? 0) >= 12,
    )
    assert.deepEqual([totals?.received, totals?.sent], [totals?.queued, 0])
    assert.equal(t.prometheus.requests, 0)
  })

  test('the WAL keeps its bound: the oldest samples go, and are counted', async () => {
    await using t = await lab({ withoutRemoteWrite: true, maxWalBytes: 2000 })
    t.start()
    const totals = await until(
      () => t.registry.ledgers[0]?.totals(),
      (seen) => (seen?.dropped['wal_full'] ?? 0) > 0,
    )
    assert.equal(totals?.received, (totals?.queued ?? 0) + (totals?.dropped['wal_full'] ?? 0))
    await sleep(10)
  })
})
