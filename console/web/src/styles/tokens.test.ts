import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name = '', light = '', dark = '']) => [
    name,
    { light, dark },
  ]),
)

/** WCAG 2.2, 1.4.3: relative luminance and contrast ratio. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((channel) => (channel <= 0.040_45 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
  return (light + 0.05) / (dark + 0.05)
}

/** Each colour of text with the grounds it is written on. */
const written: Record<string, string[]> = {
  ink: ['ground', 'surface', 'sunken', 'raised', 'hover', 'accent-wash', 'error-wash'],
  'ink-soft': ['surface', 'sunken', 'raised', 'hover'],
  'ink-faint': ['ground', 'surface', 'sunken', 'raised', 'hover', 'accent-wash'],
  accent: ['surface', 'raised', 'accent-wash'],
  'accent-ink': ['accent'],
  error: ['surface', 'error-wash'],
  warn: ['surface', 'warn-wash'],
  good: ['good-wash'],
  'level-info': ['surface'],
  'level-debug': ['surface'],
  'code-keyword': ['raised'],
  'code-function': ['raised'],
  'code-label': ['raised'],
  'code-string': ['raised'],
  'code-number': ['raised'],
}

test('every text has a contrast of at least 4.5 in both themes', () => {
  for (const [text, grounds] of Object.entries(written)) {
    for (const ground of grounds) {
      for (const theme of ['light', 'dark'] as const) {
        const ratio = contrast(tokens.get(text)?.[theme] ?? '', tokens.get(ground)?.[theme] ?? '')
        assert.ok(ratio >= 4.5, `--${text} on --${ground} in ${theme}: ${ratio.toFixed(2)}`)
      }
    }
  }
})
