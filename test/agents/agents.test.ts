import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { ROOT } from '../../scripts/lab/settings.ts'
import { startLab } from '../lab-fixture.ts'
import { awaitDelivery } from './await-delivery.ts'
import { compareDeliveries } from './compare-deliveries.ts'
import type { Delivery } from './delivery.ts'
import { readDelivery } from './delivery.ts'
import { findAgent, KNOWN_AGENTS } from './known-agents.ts'
import { driveScenario } from './scenario.ts'

/** One lab, one agent, the scenario, and what the stores have of it. */
async function deliveryBy(...options: string[]): Promise<Delivery> {
  await using lab = await startLab('--embedded', '--memory', ...options)
  const stores = { loki: lab.url('loki'), tempo: lab.url('tempo'), prometheus: lab.url('prometheus') }
  const scenario = await driveScenario({ gateway: lab.url('gateway'), inventoryOps: lab.url('inventoryOps') })
  await awaitDelivery(stores, scenario)
  return readDelivery(stores, scenario)
}

describe('every agent delivers the same', () => {
  let reference: Delivery
  before(async () => {
    reference = await deliveryBy()
  })

  test('the reference has something of every kind', () => {
    for (const subject of [
      'line "order placed" of checkout',
      'line "database connection timeout" of inventory',
      'metric http_server_request_duration_seconds_bucket of job playground',
      'metric up of job agent',
      'exemplars of http_server_request_duration_seconds_bucket',
      'resource of payment',
    ]) {
      assert.ok(reference.has(subject), `no ${subject} in\n${[...reference.keys()].join('\n')}`)
    }
  })

  for (const agent of KNOWN_AGENTS.filter(({ variable }) => variable !== undefined)) {
    const binary = findAgent(agent, process.env)
    const skip =
      binary === undefined &&
      `${agent.programs.join(', ')} is not on PATH and ${agent.variable} names none: not compared`
    test(`${agent.name} delivers what the built-in agent delivers`, { skip }, async () => {
      const config = agent.config === undefined ? [] : ['--agent-config', join(ROOT, agent.config)]
      const delivery = await deliveryBy('--agent-bin', binary ?? '', ...config)
      const differences = compareDeliveries(reference, delivery)
      assert.deepEqual(
        differences.filter((difference) => agent.unavoidable?.test(difference) !== true),
        [],
      )
    })
  }

  test('mistakes in a configuration are found and named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'playground-agents-'))
    try {
      const config = join(folder, 'grafana-agent.yaml')
      writeFileSync(config, withMistakes(readFileSync(join(ROOT, 'agent/grafana-agent.yaml'), 'utf8')))
      const differences = compareDeliveries(reference, await deliveryBy('--agent-config', config))
      for (const difference of [
        'line "order placed" of checkout: label level="info" is missing',
        'line "order placed" of checkout: label severity="info" should not be there',
        'line "order placed" of checkout: structured metadata span_id is missing',
        'line "order placed" of checkout: span_id not lifted should not be there',
        'metric up of job node: is there, and should not be',
        'scraping: job integrations/node_exporter is missing',
        'metric http_server_request_duration_seconds_count of job playground: label service_name is missing',
        'exemplars of http_server_request_duration_seconds_bucket: is missing',
      ]) {
        assert.ok(differences.includes(difference), `not found: ${difference}\nfound:\n${differences.join('\n')}`)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** One of each kind that people make. */
function withMistakes(text: string): string {
  const mistakes = [
    { right: '            - labels:\n                level:', wrong: '            - labels:\n                severity: level' },
    { right: '                trace_id:\n                span_id:\n            # The agent', wrong: '                trace_id:\n            # The agent' },
    { right: 'job_name: integrations/node_exporter', wrong: 'job_name: node' },
    { right: 'labels: { service_name: gateway }', wrong: 'labels: { service: gateway }' },
    { right: 'labels: { service_name: checkout }', wrong: 'labels: { service: checkout }' },
    { right: 'labels: { service_name: inventory }', wrong: 'labels: { service: inventory }' },
    { right: 'labels: { service_name: payment }', wrong: 'labels: { service: payment }' },
    { right: 'send_exemplars: true', wrong: 'send_exemplars: false' },
  ] // prettier-ignore
  return mistakes.reduce((broken, { right, wrong }) => {
    assert.ok(broken.includes(right), `agent/grafana-agent.yaml no longer has ${right}`)
    return broken.replace(right, wrong)
  }, text)
}
