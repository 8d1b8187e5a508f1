import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { ConfigError, readAgentConfig } from './agent-config.ts'
import { expandEnv } from './expand-env.ts'

const AGENT = join(import.meta.dirname, '../../..')

function faultsOf(yaml: string): readonly string[] {
  try {
    readAgentConfig(yaml, 'agent.yaml')
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
  return []
}

describe('a good configuration', () => {
  test("the lab's file is read without a fault or a warning, with nothing in the environment", () => {
    const text = readFileSync(join(AGENT, 'grafana-agent.yaml'), 'utf8')
    const { config, warnings } = readAgentConfig(
      expandEnv(text, () => undefined),
      'grafana-agent.yaml',
    )
    assert.deepEqual(warnings, [])
    assert.equal(config.metrics?.global.remote_write[0]?.url.href, 'http://127.0.0.1:9090/api/v1/write')
    assert.equal(config.traces?.configs[0]?.remote_write[0]?.endpoint, '127.0.0.1:14317')
  })

  test("the lab's addresses and folders come from the environment", () => {
    const text = readFileSync(join(AGENT, 'grafana-agent.yaml'), 'utf8')
    const env: Record<string, string> = {
      LOKI_URL: 'http://127.0.0.1:3199',
      LOG_DIR: '/x/logs',
      AGENT_OTLP_GRPC_ENDPOINT: '127.0.0.1:9',
    }
    const { config } = readAgentConfig(
      expandEnv(text, (name) => env[name]),
      'grafana-agent.yaml',
    )
    const logs = config.logs?.configs[0]
    assert.equal(logs?.clients[0]?.url.href, 'http://127.0.0.1:3199/loki/api/v1/push')
    assert.equal(logs?.scrape_configs[0]?.static_configs[0]?.labels.get('__path__'), '/x/logs/*.log')
    assert.equal(config.traces?.configs[0]?.receivers.otlp.protocols.grpc?.endpoint, '127.0.0.1:9')
  })

  test('tenant and passwords come from the environment, and none of them sends no header', () => {
    const text = readFileSync(join(AGENT, 'grafana-agent.yaml'), 'utf8')
    const headersWith = (env: Record<string, string>) => {
      const { config } = readAgentConfig(
        expandEnv(text, (name) => env[name]),
        'grafana-agent.yaml',
      )
      return [
        config.metrics?.global.remote_write[0]?.headers,
        config.logs?.configs[0]?.clients[0]?.headers,
        config.traces?.configs[0]?.remote_write[0]?.headers,
      ]
    }
    assert.deepEqual(headersWith({}), [{}, {}, {}])
    const env = {
      TENANT_ID: 'lab',
      PROMETHEUS_PASSWORD: 'p',
      LOKI_USERNAME: 'l',
      TEMPO_USERNAME: 't',
      TEMPO_PASSWORD: 'p',
    }
    const basic = (credentials: string) => ({
      'x-scope-orgid': 'lab',
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    })
    assert.deepEqual(headersWith(env), [basic(':p'), basic('l:'), basic('t:p')])
  })

  test('an empty file, an empty section and a metrics section without remote_write are legal', () => {
    assert.deepEqual(faultsOf(''), [])
    assert.deepEqual(faultsOf('metrics:\nlogs:\ntraces:\n'), [])
    assert.deepEqual(faultsOf('metrics: {configs: [{name: a, scrape_configs: [{job_name: b}]}]}'), [])
  })

  test('defaults are those of Grafana Agent', () => {
    const { config } = readAgentConfig(
      'logs: {positions_directory: /p, configs: [{name: a, clients: [{url: "http://l/push"}]}]}\nmetrics: {configs: [{name: m, scrape_configs: [{job_name: j}]}]}',
      'agent.yaml',
    )
    const client = config.logs?.configs[0]?.clients[0]
    assert.equal(client?.batchwait, 1000)
    assert.equal(client?.batchsize, 1_048_576)
    assert.deepEqual(client?.backoff_config, { min_period: 500, max_period: 300_000, max_retries: 10 })
    assert.equal(config.metrics?.global.scrape_interval, 60_000)
    assert.equal(config.metrics?.configs[0]?.scrape_configs[0]?.metrics_path, '/metrics')
  })

  test('anchors and merge keys are followed', () => {
    const { config } = readAgentConfig(
      `metrics:
  configs:
    - name: a
      scrape_configs:
        - &defaults {job_name: one, metrics_path: /m}
        - {<<: *defaults, job_name: two}
`,
      'agent.yaml',
    )
    const scrapes = config.metrics?.configs[0]?.scrape_configs
    assert.deepEqual(
      scrapes?.map((scrape) => [scrape.job_name, scrape.metrics_path]),
      [
        ['one', '/m'],
        ['two', '/m'],
      ],
    )
  })

  test('a key without effect here is a warning that says why', () => {
    const { warnings } = readAgentConfig('metrics: {wal_cleanup_age: 1h}', 'agent.yaml')
    assert.match(warnings[0] ?? '', /^agent\.yaml:1:11: metrics\.wal_cleanup_age: accepted without effect: /)
  })
})

describe('a fault names path, position, what is allowed and the nearest key', () => {
  test('an unknown key', () => {
    const [fault = ''] = faultsOf('metrics:\n  configs:\n    - name: a\n      scrape_confgs: []\n')
    assert.match(
      fault,
      /^agent\.yaml:4:7: metrics\.configs\[0\]\.scrape_confgs: unknown key; did you mean "scrape_configs"\?/,
    )
    assert.match(fault, /allowed here: name, /)
  })

  test('an unknown key that is like none gets no guess', () => {
    assert.match(faultsOf('server: {zzzzzzzz: 1}')[0] ?? '', /unknown key; allowed here: log_level, log_format$/)
  })

  test('a key Grafana Agent knows and the built-in agent does not run is told apart', () => {
    const [fault = ''] = faultsOf(
      'traces: {configs: [{name: t, tail_sampling: {}, receivers: {jaeger: {}}, remote_write: []}]}',
    )
    assert.match(
      fault,
      /traces\.configs\[0\]\.tail_sampling: known to Grafana Agent but not supported by the built-in agent/,
    )
    assert.doesNotMatch(fault, /unknown/)
  })

  test('a misspelt unsupported key points at it and says so', () => {
    assert.match(
      faultsOf('integratons: {}')[0] ?? '',
      /did you mean "integrations" \(which the built-in agent does not support\)\?/,
    )
  })

  test('all faults come at once, in the order of the file', () => {
    const faults = faultsOf(`server: {log_level: loud}
metrics:
  configs:
    - remote_write: [{url: 'ftp://x'}]
      scrape_configs: [{job_name: j, scrape_interval: fast, relabel_configs: [{action: repalce}, {action: hashmod, target_label: t}]}]
`)
    const paths = faults.map((fault) => /^agent\.yaml:\d+:\d+: ([^:]+): /.exec(fault)?.[1])
    assert.deepEqual(paths, [
      'server.log_level',
      'metrics.configs[0].name',
      'metrics.configs[0].remote_write[0].url',
      'metrics.configs[0].scrape_configs[0].scrape_interval',
      'metrics.configs[0].scrape_configs[0].relabel_configs[0].action',
      'metrics.configs[0].scrape_configs[0].relabel_configs[1]',
    ])
  })

  test('a pipeline stage is checked down to its expressions', () => {
    const stages = (yaml: string): string =>
      faultsOf(
        `logs: {positions_directory: /p, configs: [{name: a, scrape_configs: [{job_name: j, pipeline_stages: [${yaml}], static_configs: [{labels: {__path__: /x}}]}]}]}`,
      ).join('\n')
    assert.match(stages('{jsn: {}}'), /pipeline_stages\[0\]\.jsn: unknown key; did you mean "json"\?/)
    assert.match(stages('{template: {}}'), /template: known to Grafana Agent but not supported/)
    assert.match(stages('{json: {expressions: {a: "b | c"}}}'), /expressions: JMESPath "b \| c": at character 2/)
    assert.match(stages('{regex: {expression: "(?P<a>"}}'), /regex\.expression: not a regular expression/)
    assert.match(stages('{match: {selector: "{a=1}", stages: []}}'), /match\.selector: .*expected a quoted string/)
    assert.match(stages('{json: {expressions: {}}, labels: {}}'), /expected exactly one key/)
    assert.equal(stages('{labels: {level: , service_name: service}}'), '')
  })

  test('two entries of one signal may not share a name', () => {
    assert.match(
      faultsOf('metrics: {configs: [{name: a}, {name: a}]}')[0] ?? '',
      /metrics\.configs\[1\]\.name: "a" is already/,
    )
  })

  test('broken YAML is a fault with its position', () => {
    assert.match(faultsOf('metrics: [\n')[0] ?? '', /^agent\.yaml:\d+:\d+: /)
  })
})
