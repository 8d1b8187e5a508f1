import { publicUrl } from '../net/public-url.ts'
import { clientHeaders, httpClientFields, httpClientOtherKeys } from './http-client-schema.ts'
import { relabelSchema } from './relabel-schema.ts'
import { known, list, map, object, optional, refined, required, uniqueList, withDefault, type Value } from './schema.ts'
import { bool, durationMs, httpUrl, int, labelNameFault, nonEmptyText, oneOf, sizeBytes, text } from './scalars.ts'

const oneShard = 'the built-in agent sends each remote_write in one ordered shard'

const queueConfigSchema = object(
  {
    max_samples_per_send: withDefault(int(1), 2000),
    batch_send_deadline: withDefault(durationMs, 5000),
    min_backoff: withDefault(durationMs, 30),
    max_backoff: withDefault(durationMs, 5000),
    retry_on_http_429: withDefault(bool, true),
    sample_age_limit: withDefault(durationMs, 0),
  },
  { withoutEffect: { capacity: 'the queue is the WAL on disk', max_shards: oneShard, min_shards: oneShard } },
)

const metadataConfigSchema = object({
  send: withDefault(bool, true),
  send_interval: withDefault(durationMs, 60_000),
  max_samples_per_send: withDefault(int(1), 2000),
})

export const remoteWriteSchema = refined(
  object(
    {
      url: required(httpUrl),
      name: optional(text),
      remote_timeout: withDefault(durationMs, 30_000),
      write_relabel_configs: withDefault(list(relabelSchema), []),
      queue_config: optional(queueConfigSchema),
      metadata_config: optional(metadataConfigSchema),
      send_exemplars: withDefault(bool, false),
      ...httpClientFields,
    },
    {
      unsupported: { ...httpClientOtherKeys.unsupported, ...known('sigv4', 'azuread') },
      withoutEffect: {
        ...httpClientOtherKeys.withoutEffect,
        send_native_histograms: 'targets are scraped as text, which carries no native histogram',
      },
    },
  ),
  (raw) => ({
    ...raw,
    headers: clientHeaders(raw),
    queue_config: raw.queue_config ?? {
      max_samples_per_send: 2000,
      batch_send_deadline: 5000,
      min_backoff: 30,
      max_backoff: 5000,
      retry_on_http_429: true,
      sample_age_limit: 0,
    },
    metadata_config: raw.metadata_config ?? { send: true, send_interval: 60_000, max_samples_per_send: 2000 },
  }),
)

const remoteWriteList = uniqueList(
  remoteWriteSchema,
  'url or name',
  (endpoint) => endpoint.name ?? publicUrl(endpoint.url),
)

const labelMap = map(text, labelNameFault)

const serviceDiscovery = known(
  ...[
    'azure', 'consul', 'digitalocean', 'dns', 'docker', 'dockerswarm', 'ec2', 'eureka', 'file', 'gce', 'hetzner', 'http',
    'ionos', 'kubernetes', 'kuma', 'lightsail', 'linode', 'marathon', 'nerve', 'nomad', 'openstack', 'ovhcloud', 'puppetdb',
    'scaleway', 'serverset', 'triton', 'uyuni', 'vultr',
  ].map((name) => `${name}_sd_configs`),
) // prettier-ignore

const { headers: _noHeaders, ...scrapeClientFields } = httpClientFields

export const scrapeConfigSchema = refined(
  object(
    {
      job_name: required(nonEmptyText),
      scrape_interval: optional(durationMs),
      scrape_timeout: optional(durationMs),
      metrics_path: withDefault(text, '/metrics'),
      scheme: withDefault(oneOf('http', 'https'), 'http'),
      honor_labels: withDefault(bool, false),
      honor_timestamps: withDefault(bool, true),
      params: withDefault(map(list(text)), new Map()),
      static_configs: withDefault(
        list(object({ targets: withDefault(list(nonEmptyText), []), labels: withDefault(labelMap, new Map()) })),
        [],
      ),
      relabel_configs: withDefault(list(relabelSchema), []),
      metric_relabel_configs: withDefault(list(relabelSchema), []),
      sample_limit: withDefault(int(0), 0),
      body_size_limit: withDefault(sizeBytes, 0),
      ...scrapeClientFields,
    },
    {
      unsupported: {
        ...serviceDiscovery,
        ...httpClientOtherKeys.unsupported,
        ...known(
          'label_limit',
          'label_name_length_limit',
          'label_value_length_limit',
          'target_limit',
          'native_histogram_bucket_limit',
          'native_histogram_min_bucket_factor',
          'scrape_protocols',
        ),
      },
      withoutEffect: {
        ...httpClientOtherKeys.withoutEffect,
        scrape_classic_histograms: 'classic histograms are always scraped',
        enable_compression: 'gzip is always offered',
        track_timestamps_staleness: 'samples with their own timestamp get no staleness marker',
        keep_dropped_targets: 'targets dropped by relabelling are not listed',
      },
    },
  ),
  (raw) => ({ ...raw, headers: clientHeaders(raw) }),
)

const globalSchema = object({
  scrape_interval: withDefault(durationMs, 60_000),
  scrape_timeout: withDefault(durationMs, 10_000),
  external_labels: withDefault(labelMap, new Map()),
  remote_write: withDefault(remoteWriteList, []),
})

const ownWal = 'the WAL is bounded by size and by max_wal_time'

export const metricsSchema = object(
  {
    wal_directory: optional(nonEmptyText),
    global: withDefault(globalSchema, {
      scrape_interval: 60_000,
      scrape_timeout: 10_000,
      external_labels: new Map(),
      remote_write: [],
    }),
    configs: withDefault(
      list(
        object(
          {
            name: required(nonEmptyText),
            max_wal_time: withDefault(durationMs, 4 * 3_600_000),
            write_stale_on_shutdown: withDefault(bool, false),
            scrape_configs: withDefault(
              uniqueList(scrapeConfigSchema, 'job_name', (scrape) => scrape.job_name),
              [],
            ),
            remote_write: withDefault(remoteWriteList, []),
          },
          {
            unsupported: known('host_filter', 'host_filter_relabel_configs'),
            withoutEffect: {
              wal_truncate_frequency: ownWal,
              min_wal_time: ownWal,
              remote_flush_deadline: 'the drain on SIGTERM has one bound for all signals',
            },
          },
        ),
      ),
      [],
    ),
  },
  {
    unsupported: known('scraping_service', 'scraping_service_client'),
    withoutEffect: {
      wal_cleanup_age: ownWal,
      wal_cleanup_period: ownWal,
      http_disable_keepalives: 'connections to targets are kept alive',
      http_idle_conn_timeout: 'connections to targets are kept alive',
      instance_restart_backoff: 'instances share one process',
      instance_mode: 'instances are always distinct',
    },
  },
)

export type MetricsConfig = Value<typeof metricsSchema>
export type MetricsInstanceConfig = MetricsConfig['configs'][number]
export type ScrapeConfig = Value<typeof scrapeConfigSchema>
export type RemoteWriteConfig = Value<typeof remoteWriteSchema>
