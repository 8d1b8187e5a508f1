import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Template, TemplateError } from './template.ts'

function render(text: string, fields: Record<string, string> = {}): string {
  const context = {
    fields: new Map(Object.entries(fields)),
    line: 'the line',
    timestamp: { ms: 1_700_000_000_123, ns: 456_789 },
  }
  return Template.parse(text, 'line').execute(context)
}

describe('templates', () => {
  it('gives nothing for a label that is not there', () => {
    assert.equal(render('[{{.gone}}]'), '[]')
  })

  it('has branches, ranges, variables and trimmed blanks', () => {
    assert.equal(render('{{if eq .a "1"}}one{{else if .b}}two{{else}}three{{end}}', { a: '2', b: 'x' }), 'two')
    assert.equal(
      render('{{range $i, $x := fromJson .list}}{{$i}}={{$x.n}};{{end}}', { list: '[{"n":1},{"n":2}]' }),
      '0=1;1=2;',
    )
    assert.equal(render('a {{- $x := "b" -}} {{$x}}'), 'ab')
    assert.equal(render('{{with .a}}<{{.}}>{{else}}none{{end}}'), 'none')
  })

  it('pipes a value into the last argument', () => {
    assert.equal(render('{{.a | ToUpper | printf "%-5s|%03d" | trunc 7}}', { a: 'xy' }), 'XY   |%')
    assert.equal(render('{{ .a | replace "x" "y" | trimPrefix "y" }}', { a: 'xz' }), 'z')
  })

  it('computes with integers, and with floats exactly', () => {
    assert.equal(render('{{add 1 "2" 3}} {{sub 5 7}} {{mul 2 3}} {{div 7 2}} {{mod 7 4}}'), '6 -2 6 3 3')
    assert.equal(
      render('{{addf 0.1 0.2}} {{divf 1 3}} {{round 2.345 2}} {{max 1 9 3}} {{minf 1.5 0.5}}'),
      '0.3 0.3333333333333333 2.35 9 0.5',
    )
  })

  it('converts, encodes and matches', () => {
    assert.equal(
      render('{{b64enc "a"}} {{urlencode "a b&c"}} {{urldecode "a+b%26c"}} {{bytes "2KB"}} {{duration "1m"}}'),
      'YQ== a+b%26c a b&c 2000 60',
    )
    assert.equal(render('{{regexReplaceAll "(a+)b" .x "<$1>"}} {{count "a" .x}}', { x: 'aab-ab' }), '<aa>-<a> 3')
  })

  it('knows line and time', () => {
    assert.equal(render('{{__line__}} {{__timestamp__ | unixEpochNanos}}'), 'the line 1700000000123456789')
    assert.equal(
      render('{{ (toDateInZone "2006-01-02 15:04:05.000" "Europe/Berlin" .t) | unixEpochMillis }}', {
        t: '2023-07-01 12:00:00.250',
      }),
      '1688205600250',
    )
    assert.equal(render('{{ unixToTime "1700000000" | unixEpoch }}'), '1700000000')
  })

  it('lists the labels it reads', () => {
    assert.deepEqual(Template.parse('{{if .a}}{{printf "%s" .b}}{{end}}{{(.c)}}', 'line').fields, ['a', 'b', 'c'])
  })

  it('names what is wrong', () => {
    const faults: Record<string, RegExp> = {
      '{{.x': /unclosed action/,
      '{{nosuch .x}}': /function "nosuch" not defined/,
      '{{if .x}}': /unexpected EOF/,
      '{{$y}}': /undefined variable "\$y"/,
      '{{template "x"}}': /not supported/,
    }
    for (const [text, reason] of Object.entries(faults)) {
      assert.throws(
        () => Template.parse(text, 'line'),
        (error: unknown) => error instanceof TemplateError && reason.test(error.message),
        text,
      )
    }
    assert.throws(() => render('{{div 1 0}}'), /integer divide by zero/)
    assert.throws(() => render('{{ToUpper 5}}'), /expected string; got int/)
    assert.throws(() => render('{{.a.b}}', { a: 'x' }), /can't evaluate field b in type string/)
    assert.throws(() => render('{{repeat 100000000 "x"}}'), /repeat gives more/)
  })
})
