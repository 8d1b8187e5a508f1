import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readAgentConfig } from '../config/agent-config.ts'
import { relabel } from './relabel.ts'

function run(rules: string, labels: Record<string, string>): Record<string, string> | undefined {
  const { config } = readAgentConfig(
    `metrics: {configs: [{name: a, scrape_configs: [{job_name: j, relabel_configs: [${rules}]}]}]}`,
    'agent.yaml',
  )
  const parsed = config.metrics?.configs[0]?.scrape_configs[0]?.relabel_configs ?? []
  const result = relabel(new Map(Object.entries(labels)), parsed)
  return result === undefined ? undefined : Object.fromEntries(result)
}

describe('relabelling', () => {
  test('replace joins sources, anchors its regex and expands groups', () => {
    const rule = '{source_labels: [a, b], separator: "-", regex: "(.*)-(.*)", target_label: c, replacement: "${2}/$1"}'
    assert.deepEqual(run(rule, { a: '1', b: '2' }), { a: '1', b: '2', c: '2/1' })
    assert.deepEqual(run('{source_labels: [a], regex: "oo", target_label: c, replacement: x}', { a: 'foo' }), {
      a: 'foo',
    })
  })

  test('replace with an empty result removes the label; the default regex takes the whole value', () => {
    assert.deepEqual(run('{source_labels: [none], target_label: a}', { a: '1' }), {})
    assert.deepEqual(run('{source_labels: [a], target_label: b}', { a: 'x;y' }), { a: 'x;y', b: 'x;y' })
  })

  test('the target label may use groups, and an impossible name changes nothing', () => {
    assert.deepEqual(run('{source_labels: [a], regex: "(.*)", target_label: "x_$1", replacement: y}', { a: 'k' }), {
      a: 'k',
      x_k: 'y',
    })
    assert.deepEqual(run('{source_labels: [a], regex: "(.*)", target_label: "$1", replacement: y}', { a: 'k-k' }), {
      a: 'k-k',
    })
  })

  test('keep and drop', () => {
    assert.deepEqual(run('{source_labels: [a], regex: "x|y", action: keep}', { a: 'y' }), { a: 'y' })
    assert.equal(run('{source_labels: [a], regex: "x|y", action: keep}', { a: 'xx' }), undefined)
    assert.equal(run('{source_labels: [a], regex: "x", action: drop}', { a: 'x' }), undefined)
    assert.deepEqual(run('{source_labels: [a], regex: "x", action: drop}', { a: 'z' }), { a: 'z' })
  })

  test('keepequal and dropequal compare with the target label', () => {
    assert.deepEqual(run('{source_labels: [a], target_label: b, action: keepequal}', { a: '1', b: '1' }), {
      a: '1',
      b: '1',
    })
    assert.equal(run('{source_labels: [a], target_label: b, action: keepequal}', { a: '1', b: '2' }), undefined)
    assert.equal(run('{source_labels: [a], target_label: b, action: dropequal}', { a: '1', b: '1' }), undefined)
  })

  test('labelmap, labeldrop, labelkeep', () => {
    assert.deepEqual(run('{regex: "meta_(.+)", action: labelmap}', { meta_a: '1', b: '2' }), {
      meta_a: '1',
      b: '2',
      a: '1',
    })
    assert.deepEqual(run('{regex: "m.*", action: labeldrop}', { meta: '1', b: '2' }), { b: '2' })
    assert.deepEqual(run('{regex: "b", action: labelkeep}', { meta: '1', b: '2' }), { b: '2' })
    assert.deepEqual(run('{regex: "(.+)", replacement: "x_$1", action: labelmap}', { a: '1' }), { a: '1', x_a: '1' })
  })

  test('hashmod is the last eight bytes of the MD5 sum, as in Prometheus', () => {
    // md5("foo") = acbd18db4cc2f85c edef654fccc4a4d8; 0xedef654fccc4a4d8 mod 1000 = 696 (checked with Python's hashlib).
    assert.deepEqual(run('{source_labels: [a], modulus: 1000, target_label: h, action: hashmod}', { a: 'foo' }), {
      a: 'foo',
      h: '696',
    })
  })

  test('lowercase and uppercase', () => {
    assert.deepEqual(run('{source_labels: [a], target_label: b, action: lowercase}', { a: 'MiX' }), {
      a: 'MiX',
      b: 'mix',
    })
    assert.deepEqual(run('{source_labels: [a], target_label: b, action: uppercase}', { a: 'MiX' }), {
      a: 'MiX',
      b: 'MIX',
    })
  })

  test('regular expressions are RE2', () => {
    assert.deepEqual(
      run('{source_labels: [a], regex: "(?i)ABC(?P<n>[[:digit:]]+)", target_label: b, replacement: "$n"}', {
        a: 'abc42',
      }),
      { a: 'abc42', b: '42' },
    )
  })
})
