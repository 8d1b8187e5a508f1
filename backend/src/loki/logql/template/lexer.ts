import { unquoteGoString } from '../syntax/go-string.ts'
import { TemplateError } from './template-error.ts'

/** `at` is where in the template the token starts. */
export type TemplateToken = { readonly at: number } & (
  | { readonly type: 'text' | 'field' | 'variable' | 'word' | 'number' | 'symbol'; readonly text: string }
  | { readonly type: 'string' | 'character'; readonly text: string; readonly value: string }
  | { readonly type: 'open' | 'close' | 'space'; readonly text: string }
)

const inner =
  /(?<space>[ \t\r\n]+)|(?<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?<character>'(?:[^'\\\n]|\\.)+')|(?<number>[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?))|(?<field>\.[\p{L}_][\p{L}\p{Nd}_]*)|(?<variable>\$[\p{L}\p{Nd}_]*)|(?<word>[\p{L}_][\p{L}\p{Nd}_]*)|(?<symbol>:=|[|(),.=])/uy

/** Texts and the tokens of the actions between them; `{{-` and `-}}` have trimmed the texts already. */
export function tokenizeTemplate(template: string, name: string): TemplateToken[] {
  const tokens: TemplateToken[] = []
  let at = 0
  let trimsNext = false
  while (at < template.length) {
    const open = template.indexOf('{{', at)
    let text = template.slice(at, open === -1 ? undefined : open)
    if (trimsNext) text = text.replace(/^[ \t\r\n]+/, '')
    trimsNext = false
    if (open === -1) {
      pushText(tokens, text, at)
      break
    }
    const trims = /^\{\{-[ \t\r\n]/.test(template.slice(open, open + 4))
    pushText(tokens, trims ? text.replace(/[ \t\r\n]+$/, '') : text, at)
    const bodyStart = open + (trims ? 3 : 2)
    const comment = /^\s*\/\*[^]*?\*\/\s*(?:-?\}\})/.exec(template.slice(bodyStart))
    if (comment) {
      trimsNext = /\s-\}\}$/.test(comment[0])
      at = bodyStart + comment[0].length
      continue
    }
    tokens.push({ type: 'open', text: '{{', at: open })
    const end = tokenizeAction(template, bodyStart, tokens, name)
    trimsNext = end.trims
    at = end.at
    tokens.push({ type: 'close', text: '}}', at })
  }
  return tokens
}

function pushText(tokens: TemplateToken[], text: string, at: number): void {
  if (text !== '') tokens.push({ type: 'text', text, at })
}

function tokenizeAction(
  template: string,
  from: number,
  tokens: TemplateToken[],
  name: string,
): { at: number; trims: boolean } {
  let at = from
  for (;;) {
    const close = /^(?:[ \t\r\n]-)?\}\}/.exec(template.slice(at, at + 4))
    if (close) return { at: at + close[0].length, trims: close[0].includes('-') }
    inner.lastIndex = at
    const match = inner.exec(template)
    if (!match) throw new TemplateError(`template: ${name}:1: ${problemAt(template, at)}`)
    tokens.push(tokenOf(match, name))
    at += match[0].length
  }
}

function tokenOf(match: RegExpExecArray, name: string): TemplateToken {
  const [text] = match
  const at = match.index
  const [type] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? ['symbol']
  if (type !== 'string' && type !== 'character') return { type: type as 'word', text, at }
  try {
    return { type, text, value: unquoteGoString(text), at }
  } catch {
    throw new TemplateError(`template: ${name}:1: invalid syntax: ${text}`)
  }
}

function problemAt(template: string, at: number): string {
  const rest = template.slice(at)
  if (rest === '') return 'unclosed action'
  if (rest.startsWith('"')) return 'unterminated quoted string'
  if (rest.startsWith('`')) return 'unterminated raw quoted string'
  if (rest.startsWith("'")) return 'unterminated character constant'
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0)
  return `unexpected ${JSON.stringify(character)} in command`
}
