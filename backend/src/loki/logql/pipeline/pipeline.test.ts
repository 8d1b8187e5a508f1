import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runLogs, sourceOfEntries } from '../log-fixture.ts'

/** Labels that stages gave one line, without the stream's own. */
async function labelsAfter(
  line: string,
  stages: string,
  metadata: Record<string, string> = {},
): Promise<Record<string, string>> {
  const [entry] = await runLogs(sourceOfEntries([{ seconds: 1, line, metadata }]), `{app="a"} ${stages}`)
  assert.ok(entry, `${stages} dropped ${line}`)
  const { app, ...labels } = entry.labels
  assert.equal(app, 'a')
  return labels
}

async function passes(line: string, stages: string): Promise<boolean> {
  return (await runLogs(sourceOfEntries([{ seconds: 1, line }]), `{app="a"} ${stages}`)).length === 1
}

async function lineAfter(line: string, stages: string): Promise<string | undefined> {
  return (await runLogs(sourceOfEntries([{ seconds: 1, line }]), `{app="a"} ${stages}`))[0]?.line
}

describe('json', () => {
  it('flattens objects, leaves arrays and null out, keeps numbers as written', async () => {
    const line = '{"a":{"b c":1.50,"1x":true},"list":[1],"no":null,"text":"q\\"\\u00e4","9":"n"}'
    assert.deepEqual(await labelsAfter(line, '| json'), { a_b_c: '1.50', a_1x: 'true', text: 'q"ä', _9: 'n' })
  })

  it('gives the first labels of a truncated line, and the error', async () => {
    assert.deepEqual(await labelsAfter('{"a":"1","b":{"c":2', '| json'), {
      a: '1',
      __error__: 'JSONParserErr',
      __error_details__: "Value looks like object, but can't find closing '}' symbol",
    })
  })

  it('renames what collides with the stream or with metadata', async () => {
    const labels = await labelsAfter('{"app":"x","trace_id":"y","z":1}', '| json', { trace_id: 'm' })
    assert.deepEqual(labels, { app_extracted: 'x', trace_id: 'm', trace_id_extracted: 'y', z: '1' })
  })

  it('takes paths, and gives an empty label where one leads nowhere', async () => {
    const line = '{"a":{"b":[{"c":5}]},"user-agent":"k6","o":{"p":1}}'
    const labels = await labelsAfter(line, String.raw`| json c="a.b[0].c", ua="[\"user-agent\"]", o, gone="x.y"`)
    assert.deepEqual(labels, { c: '5', ua: 'k6', o: '{"p":1}', gone: '' })
  })
})

describe('logfmt', () => {
  it('reads pairs, flags and quotes, and skips what is wrong', async () => {
    assert.deepEqual(await labelsAfter('a=1 b="x \\"y\\"" flag c= =bad d=2', '| logfmt'), {
      a: '1',
      b: 'x "y"',
      d: '2',
    })
  })

  it('keeps empty values and names the first fault when told so', async () => {
    assert.deepEqual(await labelsAfter('a= b', '| logfmt --keep-empty'), { a: '', b: '' })
    const labels = await labelsAfter('a=1 b="open', '| logfmt --strict')
    assert.deepEqual(labels, {
      a: '1',
      __error__: 'LogfmtParserErr',
      __error_details__: 'logfmt syntax error at pos 12 : unterminated quoted value',
    })
  })

  it('feeds labels from other keys', async () => {
    assert.deepEqual(await labelsAfter('err="no" x=1', '| logfmt reason="err", gone'), { reason: 'no', gone: '' })
  })
})

describe('pattern, regexp and unpack', () => {
  it('takes captures between literals, the last one to the end', async () => {
    assert.deepEqual(await labelsAfter('10.0.0.1 - bob "GET /x"', '| pattern `<ip> - <_> "<method> <path>"`'), {
      ip: '10.0.0.1',
      method: 'GET',
      path: '/x',
    })
  })

  it('leaves lines alone that a regexp does not match', async () => {
    assert.deepEqual(await labelsAfter('took 5ms', '| regexp `took (?P<ms>\\d+)ms`'), { ms: '5' })
    assert.deepEqual(await labelsAfter('nothing', '| regexp `took (?P<ms>\\d+)ms`'), {})
  })

  it('unpacks entry and labels', async () => {
    assert.equal(await lineAfter('{"pod":"p","_entry":"the line"}', '| unpack | pod="p"'), 'the line')
    assert.equal(await lineAfter('{"pod":"p"}', '| unpack'), '{"pod":"p"}')
  })
})

describe('line filters', () => {
  it('joins terms by or, and negates all of them', async () => {
    assert.equal(await passes('beta', '|= "alpha" or "beta"'), true)
    assert.equal(await passes('beta', '!= "alpha" or "beta"'), false)
    assert.equal(await passes('gamma', '!~ "al.*" or "be.*"'), true)
  })

  it('finds addresses, networks and ranges', async () => {
    assert.equal(await passes('from 10.1.2.3:80', '|= ip("10.1.0.0/16")'), true)
    assert.equal(await passes('from 10.2.2.3:80', '|= ip("10.1.0.0/16")'), false)
    assert.equal(await passes('from 192.168.4.9 x', '|= ip("192.168.4.5-192.168.4.20")'), true)
    assert.equal(await passes('from 2001:db8::1 x', '|= ip("2001:db8::/32")'), true)
    assert.equal(await passes('v1.2.3.4.5', '!= ip("1.2.3.4")'), true)
  })

  it('matches patterns over the whole line with captures that are not empty', async () => {
    assert.equal(await passes('a=1 b=2', '|> "a=<_> b=<_>"'), true)
    assert.equal(await passes('a= b=2', '|> "a=<_> b=<_>"'), false)
    assert.equal(await passes('a=1 b=2 c', '!> "<_> b=2"'), true)
  })
})

describe('label filters', () => {
  it('compares numbers, durations, sizes, addresses and strings', async () => {
    const line = 'n=5 took=1500ms size=2MiB from=10.0.0.7 word=abc'
    for (const filter of [
      'n>=5',
      'took<2s',
      'size>2MB',
      'from=ip("10.0.0.0/8")',
      'word=~"a.c"',
      'n=5 and (took>1h or size<1GB)',
    ]) {
      assert.equal(await passes(line, `| logfmt | ${filter}`), true, filter)
    }
    for (const filter of ['n>5', 'took>2s', 'size<2MB', 'from!=ip("10.0.0.0/8")', 'word=~"b"', 'gone>1']) {
      assert.equal(await passes(line, `| logfmt | ${filter}`), false, filter)
    }
  })

  it('lets values through that do not convert, with an error that a filter can ask for', async () => {
    const labels = await labelsAfter('n=many', '| logfmt | n>5')
    assert.equal(labels['__error__'], 'LabelFilterErr')
    assert.equal(await passes('n=many', '| logfmt | n>5 | __error__=""'), false)
  })
})

describe('labels and lines', () => {
  it('renames, formats, drops and keeps', async () => {
    assert.deepEqual(await labelsAfter('a=1 b=2', '| logfmt | label_format c=a, d="{{.b}}-{{.c}}" | drop b'), {
      c: '1',
      d: '2-1',
    })
    const [entry] = await runLogs(sourceOfEntries([{ seconds: 1, line: 'a=1 b=2' }]), '{app="a"} | logfmt | keep a')
    assert.deepEqual(entry?.labels, { a: '1' })
  })

  it('takes colours out', async () => {
    assert.equal(await lineAfter('\u001B[31mred\u001B[0m', '| decolorize'), 'red')
  })

  it('refuses stages that cannot work', async () => {
    for (const stages of [
      '| regexp "x"',
      '| pattern "x"',
      '| pattern "<a><b>"',
      '| line_format "{{.x"',
      '| label_format a=b,a=c',
    ]) {
      await assert.rejects(passes('x', stages), /parse error : /, stages)
    }
  })
})
