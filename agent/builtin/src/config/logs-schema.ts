import { publicUrl } from '../net/public-url.ts'
import { clientHeaders, httpClientFields, httpClientOtherKeys } from './http-client-schema.ts'
import { relabelSchema } from './relabel-schema.ts'
import { known, list, map, object, optional, refined, required, uniqueList, withDefault, type Value } from './schema.ts'
import { bool, durationMs, httpUrl, int, labelNameFault, nonEmptyText, sizeBytes, text } from './scalars.ts'
import { stagesSchema } from './stage-schema.ts'

const backoffSchema = object({
  min_period: withDefault(durationMs, 500),
  max_period: withDefault(durationMs, 300_000),
  max_retries: withDefault(int(0), 10),
})

export const clientSchema = refined(
  object(
    {
      url: required(httpUrl),
      name: optional(text),
      tenant_id: withDefault(text, ''),
      batchwait: withDefault(durationMs, 1000),
      batchsize: withDefault(sizeBytes, 1024 * 1024),
      timeout: withDefault(durationMs, 10_000),
      backoff_config: optional(backoffSchema),
      external_labels: withDefault(map(text, labelNameFault), new Map()),
      drop_rate_limited_batches: withDefault(bool, false),
      ...httpClientFields,
    },
    {
      unsupported: { ...httpClientOtherKeys.unsupported, ...known('stream_lag_labels') },
      withoutEffect: httpClientOtherKeys.withoutEffect ?? {},
    },
  ),
  (raw) => ({
    ...raw,
    headers: {
      ...clientHeaders(raw),
      ...(raw.tenant_id === '' ? {} : { 'x-scope-orgid': raw.tenant_id }),
    },
    backoff_config: raw.backoff_config ?? { min_period: 500, max_period: 300_000, max_retries: 10 },
  }),
)

const clientList = uniqueList(clientSchema, 'url or name', (client) => client.name ?? publicUrl(client.url))

const scrapeSchema = refined(
  object(
    {
      job_name: required(nonEmptyText),
      pipeline_stages: withDefault(stagesSchema, []),
      relabel_configs: withDefault(list(relabelSchema), []),
      static_configs: withDefault(
        list(
          object({
            // Promtail wants it and means this machine by it, whatever it says.
            targets: withDefault(list(text), []),
            labels: withDefault(map(text, labelNameFault), new Map()),
          }),
        ),
        [],
      ),
    },
    {
      unsupported: known(
        'journal',
        'syslog',
        'gcplog',
        'gelf',
        'loki_push_api',
        'windows_events',
        'kafka',
        'azure_event_hubs',
        'cloudflare',
        'heroku_drain',
        'encoding',
        'decompression',
        'file_sd_configs',
        'docker_sd_configs',
        'kubernetes_sd_configs',
        'consul_sd_configs',
        'consulagent_sd_configs',
      ),
    },
  ),
  (scrape) => {
    for (const [i, { labels }] of scrape.static_configs.entries()) {
      if (!labels.has('__path__'))
        throw new Error(`static_configs[${i}].labels: expected the label __path__ (a file or glob)`)
    }
    return scrape
  },
)

const fileWatchSchema = object({
  min_poll_frequency: withDefault(durationMs, 250),
  max_poll_frequency: withDefault(durationMs, 250),
})

const instanceSchema = object({
  name: required(nonEmptyText),
  clients: withDefault(clientList, []),
  positions: optional(
    object({
      filename: optional(nonEmptyText),
      sync_period: withDefault(durationMs, 10_000),
      ignore_invalid_yaml: withDefault(bool, false),
    }),
  ),
  scrape_configs: withDefault(
    uniqueList(scrapeSchema, 'job_name', (scrape) => scrape.job_name),
    [],
  ),
  target_config: withDefault(
    object({ sync_period: withDefault(durationMs, 10_000) }, { unsupported: known('stdin') }),
    {
      sync_period: 10_000,
    },
  ),
  limits_config: withDefault(
    object(
      { max_line_size: withDefault(sizeBytes, 0), max_line_size_truncate: withDefault(bool, false) },
      {
        unsupported: known(
          'readline_rate_enabled',
          'readline_rate',
          'readline_burst',
          'readline_rate_drop',
          'max_streams',
        ),
      },
    ),
    { max_line_size: 0, max_line_size_truncate: false },
  ),
})

export const logsSchema = refined(
  object({
    positions_directory: optional(nonEmptyText),
    global: optional(
      object({
        clients: withDefault(clientList, []),
        file_watch_config: withDefault(fileWatchSchema, { min_poll_frequency: 250, max_poll_frequency: 250 }),
      }),
    ),
    configs: withDefault(list(instanceSchema), []),
  }),
  (logs) => {
    for (const [i, config] of logs.configs.entries()) {
      if (config.positions?.filename === undefined && logs.positions_directory === undefined) {
        throw new Error(`configs[${i}]: expected positions.filename there, or positions_directory here`)
      }
    }
    return logs
  },
)

export type LogsConfig = Value<typeof logsSchema>
export type LogsInstanceConfig = LogsConfig['configs'][number]
export type LogsScrapeConfig = LogsInstanceConfig['scrape_configs'][number]
export type LokiClientConfig = Value<typeof clientSchema>
