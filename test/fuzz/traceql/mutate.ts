import type { Random } from '../../twins/loki/random.ts'

/** Tokens of the language and a few that are none: enough to reach every branch of a parser with few steps. */
const tokens = [
  '{',
  '}',
  '(',
  ')',
  '|',
  ',',
  '.',
  '"',
  '`',
  '\\',
  '=',
  '!=',
  '=~',
  '!~',
  '>',
  '>>',
  '<<',
  '&>>',
  '!>',
  '~',
  '&&',
  '||',
  '!',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  ':',
  'nil',
  'true',
  'span.',
  'resource.',
  'event:',
  'parent.',
  'duration',
  'status',
  'kind',
  '1',
  '-1',
  '0',
  '9223372036854775807',
  '1e309',
  '.5',
  '10ms',
  '1h2m',
  '"(a+)+$"',
  '"["',
  'error',
  'server',
  'childCount',
  '| by(',
  '| count()',
  '| avg(',
  '| select(',
  '| coalesce()',
  '| rate()',
  '| topk(1)',
  '| compare({',
  ' with (',
  'sample=0.1)',
  '\0',
  '\ud800',
  '山',
  '😀',
  '\n',
  '/*',
  '//',
]

/** One to four damages: pieces dropped, doubled, swapped, replaced, or nested deeply. */
export function mutate(query: string, random: Random): string {
  let text = query
  const steps = 1 + random.below(4)
  for (let step = 0; step < steps; step++) {
    const at = random.below(text.length + 1)
    const end = Math.min(text.length, at + 1 + random.below(12))
    const kind = random.next()
    if (kind < 0.25) text = text.slice(0, at) + text.slice(end)
    else if (kind < 0.5) text = text.slice(0, at) + random.pick(tokens) + text.slice(at)
    else if (kind < 0.7) text = text.slice(0, at) + random.pick(tokens) + text.slice(end)
    else if (kind < 0.85) text = text.slice(0, end) + text.slice(at, end) + text.slice(end)
    else if (kind < 0.97) text = text.slice(at) + text.slice(0, at)
    else {
      const depth = 1 + random.below(400)
      text = text.slice(0, at) + random.pick(['(', '{', '!', '-', '{ (']).repeat(depth) + text.slice(at)
    }
  }
  return text
}
