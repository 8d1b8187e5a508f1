import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Drain } from './drain.ts'
import { formatOf } from './line-tokens.ts'

/** The patterns of lines of one stream. */
function mine(lines: readonly string[]): string[] {
  const format = formatOf(lines[0] ?? '')
  const drain = new Drain()
  for (const line of lines) {
    const tokens = format.tokenize(line)
    if (tokens !== undefined) drain.train(tokens)
  }
  return [...drain.patterns].map((pattern) => format.join(pattern)).sort()
}

it('has a placeholder where lines of one shape differ, and keeps blanks and punctuation', () => {
  assert.deepEqual(
    mine([
      'GET /items/1 took 5ms  [ok]',
      'GET /items/77 took 12ms  [ok]',
      'cache: entry "a1" is stale, evicting',
      'cache: entry "b22" is stale, evicting',
    ]),
    ['GET <_> took <_>  [ok]', 'cache: entry "<_>" is stale, evicting'],
  )
})

it('takes the message of a JSON line, wherever it stands, and says that there is more around it', () => {
  assert.deepEqual(
    mine([
      '{"n":1,"msg":"order 1 was paid by card"}',
      '{"msg":"order 2 was paid by card","n":2}',
      '{"n":3}',
      '{"msg":',
    ]),
    ['<_>order <_> was paid by card<_>'],
  )
})

it('pairs the keys and values of logfmt, whose times vary by themselves', () => {
  assert.deepEqual(
    mine(['ts=1 level=info msg="a 1" n=1', 'ts=2 level=info msg="a 2" n=1', 'ts=3 level=info msg=c3 n=1']),
    ['ts=<_> level=info msg=<_> n=1'],
  )
})

it('leaves out lines of a few words and of many, and long ones', () => {
  assert.deepEqual(mine(['too few words', 'w '.repeat(81), `four words and ${'x'.repeat(3_000)}`]), [])
})

it('keeps 300 patterns, and gives up where lines have none', () => {
  const drain = new Drain()
  const word = (n: number): string => String(n).replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '')
  const format = formatOf('plain')
  let trained = 0
  for (let n = 0; n < 5_000; n++) {
    const line = Array.from({ length: 4 + (n % 60) }, (_, index) => word(n * 64 + index)).join(' ')
    const tokens = format.tokenize(line)
    if (tokens !== undefined && drain.train(tokens) !== undefined) trained++
  }
  assert.equal([...drain.patterns].length, 300)
  assert.ok(trained < 1_000, `${trained} of 5000 lines were looked at`)
})
