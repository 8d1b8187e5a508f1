import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { expandEnv, ExpandEnvError } from './expand-env.ts'

const env: Record<string, string> = { HOST: 'loki', EMPTY: '', PATH_: '/var/log/app.log' }
const expand = (text: string): string => expandEnv(text, (name) => env[name])

describe('environment references', () => {
  test('a set variable, an unset one and the default of one unset or empty', () => {
    assert.equal(expand('http://${HOST}:3100'), 'http://loki:3100')
    assert.equal(expand('[${NOPE}]'), '[]')
    assert.equal(expand('${NOPE:-http://127.0.0.1:3100}/x'), 'http://127.0.0.1:3100/x')
    assert.equal(expand('${EMPTY:-d}'), 'd')
    assert.equal(expand('${NOPE:-${HOST}}'), 'loki')
  })

  test("a regular expression's group reference stays, as Grafana Agent has it", () => {
    assert.equal(expand('replacement: ${1}-${2:-x} $1'), 'replacement: ${1}-${2} $1')
  })

  test('$$ is one dollar sign', () => {
    assert.equal(expand('$${HOST}'), '${HOST}')
  })

  test('the other forms of drone/envsubst', () => {
    assert.equal(expand('${HOST^^} ${HOST^} ${#HOST} ${HOST:1:2} ${HOST:2}'), 'LOKI Loki 4 ok ki')
    assert.equal(
      expand('${PATH_##*/} ${PATH_%/*} ${PATH_/log/LOG} ${PATH_//log/LOG}'),
      'app.log /var/log /var/LOG/app.log /var/LOG/app.LOG',
    )
  })

  test('what cannot be read names line and construct', () => {
    assert.throws(
      () => expand('a\n${HOST'),
      (error) => error instanceof ExpandEnvError && /line 2/.test(error.message),
    )
    assert.throws(() => expand('${HOST!}'), /line 1: "\$\{HOST!\}"/)
    assert.throws(() => expand('${}'), /expected a variable name/)
  })
})
