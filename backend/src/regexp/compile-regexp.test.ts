import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileRegexp, RegexpError } from './index.ts'
import { Re2Matcher } from './re2-matcher.ts'
import type { RegexpMatch } from './regexp.ts'

test('what JavaScript would understand differently means what RE2 says', () => {
  const cases: [pattern: string, text: string, matches: boolean][] = [
    ['(?i)ERROR', 'an error', true],
    ['[[:alpha:]]+\\d\\z', 'abc1', true],
    ['^\\s$', '\u00a0', false],
    ['^\\s$', '\v', false],
    ['a.b', 'a\rb', true],
    ['a.b', 'a\u2028b', true],
    ['a.b', 'a\nb', false],
    ['(?s)a.b', 'a\nb', true],
    ['^.$', '😀', true],
    ['^[^a]$', '\n', true],
    ['a$', 'a\n', false],
    ['(?m)a$', 'a\nb', true],
    ['\\pL+', '漢', true],
    ['(?i)k', '\u212a', true],
    ['^\\w$', 'ſ', false],
    ['x{2}', 'xx', true],
    ['x{,2}', 'x{,2}', true],
    ['[a\\-z]', '-', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\x41\\x{1F600}', 'A😀', true],
  ]
  for (const [pattern, text, matches] of cases) {
    assert.equal(compileRegexp(pattern).test(text), matches, `${pattern} on ${JSON.stringify(text)}`)
  }
})

test('an anchored pattern matches the whole text, newlines included', () => {
  assert.equal(compileRegexp('a|b', { anchored: true }).test('ab'), false)
  assert.equal(compileRegexp('a.*', { anchored: true }).test('a\nb'), true)
  assert.equal(compileRegexp('a.*', { anchored: true, dotAll: false }).test('a\nb'), false)
  assert.equal(compileRegexp('', { anchored: true }).test(''), true)
  assert.equal(compileRegexp('', { anchored: true }).test('x'), false)
})

test('groups come by index and by name; one that took no part is undefined', () => {
  const regexp = compileRegexp('(?P<method>GET|POST) (?:/(\\w+))?(?<rest>.*)')
  assert.deepEqual(regexp.groupNames, ['', 'method', '', 'rest'])
  assert.deepEqual([...(regexp.exec('GET /cart?x')?.groups ?? [])], ['GET /cart?x', 'GET', 'cart', '?x'])
  assert.deepEqual([...(regexp.exec('POST x')?.groups ?? [])], ['POST x', 'POST', undefined, 'x'])
  assert.equal(regexp.exec('PUT /'), undefined)
})

test('replaceAll follows Go: numbers, names, dollars, empty matches', () => {
  assert.equal(compileRegexp('(?P<k>\\w+)=(\\w+)').replaceAll('a=1 b=2', '${2}-$k-$$-$3.'), '1-a-$-. 2-b-$-.')
  assert.equal(compileRegexp('(a)').replaceAll('a', '$1x'), '')
  assert.equal(compileRegexp('(a)').replaceAll('a', '${1}x'), 'ax')
  assert.equal(compileRegexp('a*').replaceAll('baaac', 'x'), 'xbxcx')
  assert.equal(compileRegexp('').replaceAll('a😀', '-'), '-a-😀-')
  assert.equal(compileRegexp('^').replaceAll('ab', '>'), '>ab')
})

test('finite patterns name their texts, so that an index can be asked', () => {
  const literalsOf = (pattern: string): readonly string[] | undefined =>
    compileRegexp(pattern, { anchored: true }).literals
  assert.deepEqual(literalsOf('checkout'), ['checkout'])
  assert.deepEqual(literalsOf('a|b|'), ['a', 'b', ''])
  assert.deepEqual(literalsOf('(5(00|0[34])|429)'), ['500', '503', '504', '429'])
  assert.deepEqual(literalsOf('a\\.b'), ['a.b'])
  for (const pattern of ['a.b', 'a*', '(?i)a', 'a|b.*', '[a-z]{2}', '^a'])
    assert.equal(literalsOf(pattern), undefined, pattern)
  assert.equal(compileRegexp('a|b').literals, undefined)
})

test('a faulty pattern is an error in the words of Go, with its position', () => {
  const cases: [pattern: string, message: string, position: number][] = [
    ['a(b', 'error parsing regexp: missing closing ): `a(b`', 0],
    ['a)b', 'error parsing regexp: unexpected ): `a)b`', 0],
    ['x[a', 'error parsing regexp: missing closing ]: `[a`', 1],
    ['ab**', 'error parsing regexp: invalid nested repetition operator: `**`', 2],
    ['a|*', 'error parsing regexp: missing argument to repetition operator: `*`', 2],
    ['a{1001}', 'error parsing regexp: invalid repeat count: `{1001}`', 1],
    ['a{2,1}', 'error parsing regexp: invalid repeat count: `{2,1}`', 1],
    ['a(?=b)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`', 1],
    ['(?<=a)b', 'error parsing regexp: invalid named capture: `(?<=a)b`', 0],
    ['(a)\\1', 'error parsing regexp: invalid escape sequence: `\\1`', 3],
    ['[z-a]', 'error parsing regexp: invalid character class range: `z-a`', 1],
    ['a\\', 'error parsing regexp: trailing backslash at end of expression', 2],
    ['a)(b', 'error parsing regexp: unexpected ): `a)(b`', 0],
  ]
  for (const anchored of [false, true]) {
    for (const [pattern, message, position] of cases) {
      assert.throws(
        () => compileRegexp(pattern, { anchored }),
        (error: unknown) => {
          assert.ok(error instanceof RegexpError)
          assert.deepEqual([error.message, error.position], [message, position], pattern)
          return true
        },
      )
    }
  }
})

test('no pattern holds the thread: nested and adjacent repetition on long texts, huge patterns', () => {
  const started = performance.now()
  const long = 'x'.repeat(100_000)
  for (const pattern of [
    '(x+x+)+y',
    '(x*)*y',
    '(x|x)*y',
    'x*x*x*x*x*y',
    '.*.*.*.*=.*',
    '(?:x?){50}x{50}y',
    '^(x+)+$|y',
    'x{1,1000}x{1,1000}y',
  ]) {
    assert.equal(compileRegexp(pattern).test(`${long}z`), false, pattern)
    assert.equal(compileRegexp(pattern).exec(`${long}z`), undefined, pattern)
  }
  assert.throws(() => compileRegexp('(?:\\pL{1000}){1000}'), /invalid repeat count|expression too large/)
  assert.throws(() => compileRegexp('\\pL{1000}'.repeat(30)), /expression too large/)
  assert.throws(() => compileRegexp(`${'('.repeat(5_000)}a${')'.repeat(5_000)}`), /expression nests too deeply/)
  const names = Array.from({ length: 50_000 }, (_, number) => `pod-${number}`)
  assert.equal(compileRegexp(names.join('|'), { anchored: true }).test('pod-49999'), true)
  // 1.5 s on the machine it was written on, most of it compiling the refused ones.
  assert.ok(performance.now() - started < 15_000)
})

/** Same numbers every time: mulberry32. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function generatePattern(random: (below: number) => number): string {
  const pick = (choices: readonly string[]): string => choices[random(choices.length)] ?? ''
  const atoms = [
    'a',
    'b',
    'k',
    's',
    'ab',
    '.',
    '\\.',
    '\\d',
    '\\w',
    '\\s',
    '\\S',
    '\\W',
    '\\b',
    '\\B',
    '^',
    '$',
    '[ab]',
    '[^a]',
    '[a-k1]',
    '[\\d_]',
    '[^\\s.]',
    'é',
    '😀',
    '\\n',
    '1',
    '-',
    '[]a]',
    '[a-]',
    '\\pL',
    '\\x61',
    '{',
    '(?i:a)',
    '[[:digit:]]',
    ' ',
    '[é-😀]',
  ]
  const quantifiers = ['*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{0,1}', '{2,}', '{0}', '{1}']
  const pattern = (depth: number): string => {
    const branches = Array.from({ length: random(4) === 0 ? 2 : 1 }, () => {
      let branch = ''
      for (let left = random(4); left >= 0; left--) {
        const atom =
          depth > 0 && random(4) === 0
            ? `${pick(['(', '(?:', '(?P<n>'])}${pattern(depth - 1)})`
            : pick(random(3) === 0 ? ['.*', '.+'] : atoms)
        branch += atom
        if (random(3) === 0) branch += pick(quantifiers)
      }
      return random(8) === 0 ? '' : branch
    })
    return branches.join('|')
  }
  return pick(['', '', '', '', '(?i)', '(?s)', '(?is)']) + pattern(2)
}

function generateText(random: (below: number) => number): string {
  const characters = [
    'a',
    'b',
    'k',
    'K',
    '\u212a',
    's',
    'ſ',
    'A',
    '1',
    '_',
    '.',
    '-',
    ' ',
    '\n',
    '\r',
    '\u2028',
    '\v',
    '\u00a0',
    'é',
    'É',
    '😀',
    'ab',
    '{',
  ]
  return Array.from({ length: random(8) }, () => characters[random(characters.length)] ?? '').join('')
}

test('every shortcut agrees with re2js on generated patterns and texts', () => {
  const random = randomNumbers(Number(process.env['REGEXP_SEED'] ?? 20_261_122))
  let compared = 0
  for (let round = 0; round < 4_000; round++) {
    const pattern = generatePattern(random)
    const options = { anchored: random(2) === 0, dotAll: random(2) === 0 }
    const fast = attempt(() => compileRegexp(pattern, options))
    const reference = attempt(() => new Re2Matcher(pattern, options))
    assert.equal(fast === undefined, reference === undefined, `${pattern}: only one of the two takes it`)
    if (fast === undefined || reference === undefined) continue
    assert.deepEqual(fast.groupNames, reference.groupNames, pattern)
    for (let attempts = 0; attempts < 12; attempts++) {
      const text = generateText(random)
      const context = `${JSON.stringify(pattern)} ${JSON.stringify(options)} on ${JSON.stringify(text)}`
      const expected: RegexpMatch | undefined = reference.exec(text, 0)
      assert.equal(fast.test(text), expected !== undefined, context)
      const match = fast.exec(text)
      assert.deepEqual(match && { ...match, groups: [...match.groups] }, expected, context)
      if (fast.literals !== undefined) assert.equal(fast.literals.includes(text), expected !== undefined, context)
      compared++
    }
  }
  assert.ok(compared > 20_000, `${compared} comparisons`)
})

function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    assert.ok(error instanceof RegexpError, String(error))
    return undefined
  }
}
