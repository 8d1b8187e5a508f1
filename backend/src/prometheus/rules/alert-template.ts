import { formatG } from '../promql/go-format.ts'

export type TemplateData = { labels: Readonly<Record<string, string>>; value: number }

type Value = string | number

/**
 * Expands `{{ ... }}` in labels and annotations of alerts: `$value`, `$labels.name`, texts, numbers, and pipelines of the
 * functions below. Go's control structures are not implemented; as in Prometheus, the text then says what went wrong.
 */
export function expandTemplate(text: string, data: TemplateData): string {
  try {
    return text.replace(/\{\{-?\s*(.*?)\s*-?\}\}/gs, (_, action: string) => show(evaluate(action, data)))
  } catch (error) {
    return `<error expanding template: ${error instanceof Error ? error.message : String(error)}>`
  }
}

const FUNCTIONS: Readonly<Record<string, (...args: Value[]) => Value>> = {
  humanize: (value = 0) =>
    scaled(
      Number(value),
      1000,
      ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'],
      ['', 'm', 'u', 'n', 'p', 'f', 'a', 'z', 'y'],
    ),
  humanize1024: (value = 0) => scaled(Number(value), 1024, ['', 'ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'], ['']),
  humanizePercentage: (value = 0) => `${significant(Number(value) * 100)}%`,
  humanizeDuration: (value = 0) => humanDuration(Number(value)),
  humanizeTimestamp: (value = 0) =>
    new Date(Number(value) * 1000).toISOString().replace('T', ' ').replace('Z', ' +0000 UTC'),
  title: (text = '') => String(text).replace(/(^|\s)\S/g, (start) => start.toUpperCase()),
  toUpper: (text = '') => String(text).toUpperCase(),
  toLower: (text = '') => String(text).toLowerCase(),
  printf: (format = '', ...args) => printf(String(format), args),
}

function evaluate(action: string, data: TemplateData): Value {
  let piped: Value | undefined
  for (const stage of splitOutsideQuotes(action, '|')) {
    const [name = '', ...words] = splitOutsideQuotes(stage, ' ')
    const compute = FUNCTIONS[name]
    if (compute) {
      const args = words.map((word) => operand(word, data))
      piped = compute(...args, ...(piped === undefined ? [] : [piped]))
    } else if (words.length === 0 && piped === undefined) piped = operand(name, data)
    else throw new Error(`function ${JSON.stringify(name)} is not implemented`)
  }
  return piped ?? ''
}

function operand(word: string, { labels, value }: TemplateData): Value {
  if (word === '$value' || word === '.Value') return value
  const label = /^(?:\$labels|\.Labels)\.([a-zA-Z_][a-zA-Z0-9_]*)$/.exec(word)?.[1]
  if (label !== undefined) return labels[label] ?? ''
  if (/^(?:".*"|`.*`)$/s.test(word)) return word.startsWith('`') ? word.slice(1, -1) : String(JSON.parse(word))
  if (word !== '' && !Number.isNaN(Number(word))) return Number(word)
  throw new Error(`${JSON.stringify(word)} is not implemented`)
}

function show(value: Value): string {
  return typeof value === 'number' ? formatG(value) : value
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts =
    text.match(separator === ' ' ? /"(?:\\.|[^"])*"|`[^`]*`|[^\s"`]+/g : /(?:"(?:\\.|[^"])*"|`[^`]*`|[^|"`])+/g) ?? []
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

function printf(format: string, args: readonly Value[]): string {
  let next = 0
  return format.replace(
    /%(?:%|(-?\d+)?(?:\.(\d+))?([a-zA-Z]))/g,
    (directive, width?: string, precision?: string, verb?: string) => {
      if (directive === '%%') return '%'
      const arg = args[next++] ?? ''
      const text =
        verb === 'f'
          ? Number(arg).toFixed(Number(precision ?? 6))
          : verb === 'd'
            ? String(Math.trunc(Number(arg)))
            : show(arg)
      const size = Number(width ?? 0)
      return size < 0 ? text.padEnd(-size) : text.padStart(size)
    },
  )
}

function scaled(value: number, base: number, above: readonly string[], below: readonly string[]): string {
  if (value === 0 || !Number.isFinite(value)) return significant(value)
  let rest = value
  let power = 0
  while (Math.abs(rest) >= base && power < above.length - 1) {
    rest /= base
    power++
  }
  while (Math.abs(rest) < 1 && -power < below.length - 1) {
    rest *= base
    power--
  }
  return `${significant(rest)}${power >= 0 ? above[power] : below[-power]}`
}

/** Go's %.4g. */
function significant(value: number): string {
  return Number.isFinite(value) ? formatG(Number(value.toPrecision(4))) : formatG(value)
}

function humanDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return significant(seconds)
  const magnitude = Math.abs(seconds)
  const sign = seconds < 0 ? '-' : ''
  if (magnitude < 1) return scaled(seconds, 1000, [''], ['', 'm', 'u', 'n']) + 's'
  if (magnitude < 60) return `${significant(seconds)}s`
  const whole = Math.trunc(magnitude)
  const [days, hours, minutes] = [
    Math.trunc(whole / 86_400),
    Math.trunc(whole / 3600) % 24,
    Math.trunc(whole / 60) % 60,
  ]
  const parts = [
    [days, 'd'],
    [hours, 'h'],
    [minutes, 'm'],
    [whole % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  return (
    sign +
    parts
      .slice(first)
      .map(([count, unit]) => `${count}${unit}`)
      .join(' ')
  )
}
