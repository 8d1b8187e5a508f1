import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { asArray, asText, field, parseObject } from '../scripts/lab/json.ts'
import type { LabDescription } from '../scripts/lab/lab-description.ts'
import { readDescription } from '../scripts/lab/lab-description.ts'
import { ROOT } from '../scripts/lab/settings.ts'
import { grafanaEnvironment } from '../scripts/links/lab-environment.ts'
import type { LinkKind } from '../scripts/links/link-result.ts'
import { queryPostgres } from '../scripts/links/postgres-query.ts'
import { proveLinks } from '../scripts/links/prove-links.ts'
import { dataSourceOf, readProvisioning } from '../scripts/links/provisioning.ts'
import type { Traffic } from '../scripts/links/traffic.ts'
import { driveTraffic } from '../scripts/links/traffic.ts'
import { startLab } from './lab-fixture.ts'
import type { StartedLab } from './lab-fixture.ts'

const GRAFANA = join(ROOT, 'grafana')
const LOKI = 'provisioning/datasources/loki.yaml'
const TEMPO = 'provisioning/datasources/tempo.yaml'
const PROMETHEUS = 'provisioning/datasources/prometheus.yaml'
const ALERTS = 'provisioning/alerting/playground.yaml'
const RULE_FILE = 'alerts.prometheus.yaml'
const CHECKOUT = 'dashboards/checkout-database.json'
const SHOP = 'dashboards/shop-overview.json'

interface Breakage {
  what: string
  file: string
  from: string
  to: string
  kind: LinkKind
  name: string
  hop: string
}

/** The failing twins: one mistake each, of the kind people make, and the hop that must be named. */
const BREAKAGES: Breakage[] = [
  {
    what: 'a label matcher with another name',
    file: LOKI,
    from: '^trace_id$$',
    to: '^traceid$$',
    kind: 'log to trace',
    name: 'Trace',
    hop: 'matcher',
  },
  {
    what: 'a regular expression for another key',
    file: LOKI,
    from: '"trace_id":"(\\w+)"',
    to: '"traceId":"(\\w+)"',
    kind: 'log to trace',
    name: 'Trace (from the line)',
    hop: 'matcher',
  },
  {
    what: 'a regular expression that takes the wrong id',
    file: LOKI,
    from: '"trace_id":"(\\w+)"',
    to: '"span_id":"(\\w+)"',
    kind: 'log to trace',
    name: 'Trace (from the line)',
    hop: 'trace',
  },
  {
    what: 'a uid nobody has',
    file: LOKI,
    from: 'datasourceUid: $TRACES_UID',
    to: 'datasourceUid: traces',
    kind: 'log to trace',
    name: 'Trace',
    hop: 'target data source',
  },
  {
    what: 'two derived fields of one name',
    file: LOKI,
    from: 'name: Trace (from the line)',
    to: 'name: Trace',
    kind: 'log to trace',
    name: 'Trace',
    hop: 'configuration',
  },
  {
    what: 'a tag mapped to a label that lines do not have',
    file: TEMPO,
    from: 'value: service_name',
    to: 'value: app',
    kind: 'trace to logs',
    name: 'span of tempo',
    hop: 'log lines',
  },
  {
    what: 'a time shift to one side only, the wrong one',
    file: TEMPO,
    from: 'spanStartTimeShift: -2m',
    to: 'spanStartTimeShift: 1m',
    kind: 'trace to logs',
    name: 'span of tempo',
    hop: 'log lines',
  },
  {
    what: 'a query that knows lifted lines only',
    file: TEMPO,
    from: ' or in_line="true"',
    to: '',
    kind: 'trace to logs',
    name: 'span of tempo',
    hop: 'lines that were never lifted',
  },
  {
    what: 'a query that knows unlifted lines only',
    file: TEMPO,
    from: 'trace_id="$${__trace.traceId}" or ',
    to: '',
    kind: 'trace to logs',
    name: 'span of tempo',
    hop: 'lines that were lifted',
  },
  {
    what: 'a variable that spans do not have',
    file: TEMPO,
    from: 'span_name="$${__span.name}"}[2m]',
    to: 'span_name="$${__span.title}"}[2m]',
    kind: 'trace to metrics',
    name: 'Requests per second of this operation',
    hop: 'interpolation',
  },
  {
    what: 'a dollar sign that is not doubled',
    file: TEMPO,
    from: 'span_name="$${__span.name}"}[2m]',
    to: 'span_name="${__span.name}"}[2m]',
    kind: 'trace to metrics',
    name: 'Requests per second of this operation',
    hop: 'configuration',
  },
  {
    what: 'a label that span metrics do not have',
    file: TEMPO,
    from: 'span_name="$${__span.name}"}[',
    to: 'operation="$${__span.name}"}[',
    kind: 'trace to metrics',
    name: 'Requests per second of this operation',
    hop: 'metric',
  },
  {
    what: 'an exemplar label nobody writes',
    file: PROMETHEUS,
    from: 'name: trace_id',
    to: 'name: traceId',
    kind: 'exemplar to trace',
    name: 'every histogram',
    hop: 'exemplar label',
  },
  {
    what: 'a service map without its metrics',
    file: TEMPO,
    from: 'serviceMap: { datasourceUid: prometheus }',
    to: 'serviceMap: { datasourceUid: Prometheus }',
    kind: 'service map',
    name: 'map of tempo',
    hop: 'target data source',
  },
  {
    what: 'a correlation with its type where Grafana panics',
    file: LOKI,
    from: '- targetUID: postgres',
    to: '- targetUID: postgres\n        type: query',
    kind: 'correlation',
    name: 'What became of the order',
    hop: 'configuration',
  },
  {
    what: 'a correlation that looks for another key',
    file: LOKI,
    from: '"order_id":"(',
    to: '"orderId":"(',
    kind: 'correlation',
    name: 'What became of the order',
    hop: 'transformation',
  },
  {
    what: 'a correlation to a table that does not exist',
    file: LOKI,
    from: 'checkout.orders ON',
    to: 'checkout.order_lines AS orders ON',
    kind: 'correlation',
    name: 'What became of the order',
    hop: 'query',
  },
  {
    what: 'a variable of a metric that does not exist',
    file: CHECKOUT,
    from: 'label_values(db_client_connection_max',
    to: 'label_values(db_pool_max',
    kind: 'variable',
    name: '$service',
    hop: 'query',
  },
  {
    what: 'a panel whose metric was renamed',
    file: CHECKOUT,
    from: 'db_client_connection_pending_requests{',
    to: 'db_pool_waiting{',
    kind: 'panel',
    name: 'Checkout and database: Requests waiting for a connection',
    hop: 'query',
  },
  {
    what: 'a panel on a data source nobody has',
    file: CHECKOUT,
    from: '"uid": "tempo"',
    to: '"uid": "tempo-1"',
    kind: 'panel',
    name: 'Checkout and database: Failed traces',
    hop: 'data source',
  },
  {
    what: 'a panel link to a dashboard that was renamed',
    file: SHOP,
    from: '/d/playground-checkout?',
    to: '/d/checkout?',
    kind: 'dashboard link',
    name: 'Shop overview: Failing checkouts: Why: checkout and database',
    hop: 'target dashboard',
  },
  {
    what: 'an alert on a panel that is gone',
    file: ALERTS,
    from: 'panelId: 1',
    to: 'panelId: 99',
    kind: 'alert',
    name: 'Checkouts fail',
    hop: 'panel',
  },
  {
    what: 'an alert that can never fire',
    file: ALERTS,
    from: 'params: [0.95]',
    to: 'params: [1.5]',
    kind: 'alert',
    name: 'Connection pool exhausted',
    hop: 'threshold',
  },
  {
    what: 'an alert whose log link names no data source',
    file: ALERTS,
    from: '%22datasource%22%3A%22loki%22',
    to: '%22datasource%22%3A%22Loki%22',
    kind: 'alert',
    name: 'Checkouts fail',
    hop: 'log data source',
  },
  {
    what: 'a rule file whose log query finds nothing',
    file: RULE_FILE,
    from: '|= "database connection timeout"',
    to: '|= "connection refused by nobody"',
    kind: 'rule file',
    name: 'ConnectionPoolExhausted',
    hop: 'annotation logs',
  },
]

/** Long enough for the data of the traffic, which the first test has waited for; a twin that is broken waits it out. */
const TWIN_TIMEOUT_MS = 1_000

describe('links of the provisioned Grafana', () => {
  let lab: StartedLab
  let description: LabDescription
  let traffic: Traffic
  const copies: string[] = []

  before(async () => {
    lab = await startLab('--memory')
    const found = readDescription({ stateDir: lab.stateDir, portOffset: 0, ports: lab.ports })
    assert.ok(found)
    description = found
    traffic = await driveTraffic(description, new AbortController().signal)
  })
  after(async () => {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true })
    await lab[Symbol.asyncDispose]()
  })

  const prove = (folder: string, timeoutMs: number, only?: LinkKind) => {
    const provisioning = readProvisioning(folder, grafanaEnvironment(description))
    return proveLinks({ provisioning, traffic, deadlineMs: Date.now() + timeoutMs }, only)
  }

  test('the command follows every link, and each leads somewhere', async () => {
    const { exitCode, stdout, stderr } = await lab.run('links', '--json')
    assert.equal(exitCode, 0, stderr)
    const links = asArray(parseObject(stdout)['links'])
    const verdicts = new Set(links.map((link) => field(link, 'verdict')))
    assert.ok(verdicts.has('works') && !verdicts.has('broken'))
    const kinds = new Set(links.map((link) => asText(field(link, 'kind'))))
    assert.deepEqual(
      BREAKAGES.map(({ kind }) => kind).filter((kind) => !kinds.has(kind)),
      [],
    )
  })

  test('the traffic that the twins are followed with proves the real files', async () => {
    const broken = (await prove(GRAFANA, 20_000)).filter(({ verdict }) => verdict === 'broken')
    assert.deepEqual(broken, [])
  })

  for (const { what, file, from, to, kind, name, hop } of BREAKAGES) {
    test(`${what}: the ${kind} "${name}" breaks at the hop "${hop}"`, async () => {
      const copy = mkdtempSync(join(tmpdir(), 'playground-links-'))
      copies.push(copy)
      cpSync(GRAFANA, copy, { recursive: true })
      const text = readFileSync(join(copy, file), 'utf8')
      assert.ok(text.includes(from), `${file} no longer has ${from}`)
      writeFileSync(
        join(copy, file),
        text.replace(from, () => to),
      )
      const broken = (await prove(copy, TWIN_TIMEOUT_MS, kind)).filter(({ verdict }) => verdict === 'broken')
      assert.deepEqual(
        broken.filter((link) => link.name === name).map((link) => [link.kind, link.hop]),
        [[kind, hop]],
        JSON.stringify(broken),
      )
      assert.deepEqual(
        broken.filter((link) => link.file !== file),
        [],
      )
    })
  }

  test('the correlation tells an order that was placed from one that was not', async () => {
    const provisioning = readProvisioning(GRAFANA, grafanaEnvironment(description))
    const [correlation] = asArray(field(dataSourceOf(provisioning, 'loki').settings, 'correlations'))
    const sql = asText(field(correlation, 'config', 'target', 'rawSql'))
    const ask = async (orderId: string) =>
      (await queryPostgres(dataSourceOf(provisioning, 'postgres'), sql.replace('$${order_id}', orderId)))[0] ?? {}
    const placed = await ask(traffic.placed.orderId ?? '')
    assert.deepEqual([placed['payment'], placed['reservation'], placed['sku']], ['captured', 'held', 'mug'])
    const unknown = await ask('00000000-0000-4000-8000-000000000000')
    assert.deepEqual([unknown['recorded_at'], unknown['payment'], unknown['reservation']], [null, null, 'none'])
  })

  test('a query that writes is refused', async () => {
    const postgres = dataSourceOf(readProvisioning(GRAFANA, grafanaEnvironment(description)), 'postgres')
    await assert.rejects(queryPostgres(postgres, 'DELETE FROM checkout.orders'), /read-only transaction/)
  })

  test('--env prints what the files refer to', async () => {
    const { exitCode, stdout } = await lab.run('links', '--env')
    assert.equal(exitCode, 0)
    const printed = stdout
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
    const documented = [...readFileSync(join(GRAFANA, 'grafana.env'), 'utf8').matchAll(/^(\w+)=/gm)].map(
      ([, name]) => name,
    )
    assert.deepEqual(
      printed.filter((name) => !documented.includes(name)),
      [],
    )
    assert.ok(stdout.includes(`LOKI_URL=${lab.url('loki')}\n`))
  })
})

test('a folder without provisioning is a clear error', async () => {
  assert.throws(() => readProvisioning(tmpdir(), {}), /there is no provisioning in/)
})

test('the rule file has the same alerts as Grafana', () => {
  const rules = (file: string) =>
    asArray(field(parse(readFileSync(join(GRAFANA, file), 'utf8')), 'groups')).flatMap((group) =>
      asArray(field(group, 'rules')),
    )
  const words = (text: string) => text.replace(/\s+/g, ' ').trim()
  const ofGrafana = rules(ALERTS).map((rule) => {
    const [query, condition] = asArray(field(rule, 'data'))
    const threshold = asArray(field(asArray(field(condition, 'model', 'conditions'))[0], 'evaluator', 'params'))[0]
    return {
      name: asText(field(rule, 'title')).toLowerCase().replaceAll(' ', ''),
      expr: words(`${asText(field(query, 'model', 'expr'))} > ${String(threshold)}`),
      for: field(rule, 'for'),
      labels: field(rule, 'labels'),
      summary: field(rule, 'annotations', 'summary'),
      panel: `/d/${asText(field(rule, 'dashboardUid'))}?viewPanel=${String(field(rule, 'panelId'))}`,
    }
  })
  const ofPrometheus = rules(RULE_FILE).map((rule) => ({
    name: asText(field(rule, 'alert')).toLowerCase(),
    expr: words(asText(field(rule, 'expr'))),
    for: field(rule, 'for'),
    labels: field(rule, 'labels'),
    summary: field(rule, 'annotations', 'summary'),
    panel: field(rule, 'annotations', 'dashboard'),
  }))
  assert.equal(ofGrafana.length, 2)
  assert.deepEqual(ofPrometheus, ofGrafana)
})

test("where traces open in Jaeger, its file is read in Tempo's place", () => {
  const documented = readFileSync(join(GRAFANA, 'grafana.env'), 'utf8').matchAll(/^(\w+)=(.*)$/gm)
  const environment = Object.fromEntries([...documented].map(([, name = '', value = '']) => [name, value]))
  const uids = (traces: string) => [
    ...readProvisioning(GRAFANA, { ...environment, TRACES_UID: traces }).dataSources.keys(),
  ]
  assert.deepEqual(uids('tempo').toSorted(), ['loki', 'postgres', 'prometheus', 'tempo'])
  assert.deepEqual(uids('jaeger').toSorted(), ['jaeger', 'loki', 'postgres', 'prometheus'])
})

test("Jaeger's data source has the links of Tempo's", () => {
  const settings = (file: string) =>
    field(asArray(field(parse(readFileSync(join(GRAFANA, file), 'utf8')), 'datasources'))[0], 'jsonData')
  // Its span metrics come from a collector's connector, which has another name for the histogram.
  const ofJaeger = (link: string): unknown =>
    JSON.parse(
      JSON.stringify(field(settings('jaeger/jaeger.yaml'), link)).replaceAll(
        'traces_spanmetrics_duration_seconds_bucket',
        'traces_spanmetrics_latency_bucket',
      ),
    )
  for (const link of ['tracesToLogsV2', 'tracesToMetrics', 'nodeGraph'])
    assert.deepEqual(ofJaeger(link), field(settings(TEMPO), link))
})
