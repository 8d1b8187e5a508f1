// Scripts in the language of Prometheus' promqltest, with what it has no words for: tenant NAME, restart, write 1|2, load STEP from TIME.
import { parseSelector } from '../../backend/src/prometheus/promql/parser/parser.ts'
import { parseDurationMs } from '../../backend/src/prometheus/promql/lexer/numbers.ts'
import type { WriteSample, WriteSeries } from '@playground/protocol/remote-write'

export type ScriptStep =
  | { kind: 'tenant'; line: number; name: string }
  | { kind: 'restart'; line: number }
  | { kind: 'write'; line: number; version: 1 | 2 }
  | { kind: 'load'; line: number; series: WriteSeries[] }
  | { kind: 'eval'; line: number; atMs: number; query: string; expected: ExpectedSample[] }

export type ExpectedSample = { labels: Record<string, string>; value: number }

/** @throws SyntaxError naming the line. */
export function parseScript(text: string): ScriptStep[] {
  const steps: ScriptStep[] = []
  let loading: { stepMs: number; fromMs: number } | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    if (raw.trim() === '' || raw.startsWith('#')) continue
    if (raw.startsWith('  ')) {
      addEntry(steps.at(-1), raw.trim(), line, loading)
      continue
    }
    const step = parseCommand(raw, line)
    loading = 'loading' in step ? step.loading : undefined
    steps.push(step.step)
  }
  return steps
}

type Command = { step: ScriptStep; loading?: { stepMs: number; fromMs: number } }

function parseCommand(text: string, line: number): Command {
  const tenant = /^tenant (\S+)$/.exec(text)?.[1]
  if (tenant !== undefined) return { step: { kind: 'tenant', line, name: tenant } }
  if (text === 'restart') return { step: { kind: 'restart', line } }
  const version = /^write ([12])$/.exec(text)?.[1]
  if (version !== undefined) return { step: { kind: 'write', line, version: version === '1' ? 1 : 2 } }
  const load = /^load (\w+)(?: from (\w+))?$/.exec(text)
  if (load) {
    const loading = {
      stepMs: parseDurationMs(load[1] ?? ''),
      fromMs: load[2] === undefined ? 0 : parseDurationMs(load[2]),
    }
    return { step: { kind: 'load', line, series: [] }, loading }
  }
  const [, at, query] = /^eval instant at (\w+) (.+)$/.exec(text) ?? []
  if (at === undefined || query === undefined) throw new SyntaxError(`line ${line}: no such command: ${text}`)
  return { step: { kind: 'eval', line, atMs: parseDurationMs(at), query, expected: [] } }
}

function addEntry(step: ScriptStep | undefined, text: string, line: number, loading: Command['loading']): void {
  const split = text.startsWith('{') || text.includes('{') ? text.lastIndexOf('}') + 1 : text.indexOf(' ')
  const labels = labelsOf(text.slice(0, split))
  const points = text.slice(split).trim()
  if (step?.kind === 'load' && loading) {
    const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
    step.series.push({ labels: sorted, samples: samplesOf(points, loading), histograms: [], exemplars: [] })
  } else if (step?.kind === 'eval') step.expected.push({ labels, value: Number(points) })
  else throw new SyntaxError(`line ${line}: belongs to no load or eval`)
}

function labelsOf(text: string): Record<string, string> {
  if (text === '{}') return {}
  return Object.fromEntries(parseSelector(text).map(({ name, value }) => [name, value]))
}

/** `1 _ stale` and `0+60x10`: the start, and then ten more. */
function samplesOf(text: string, { stepMs, fromMs }: { stepMs: number; fromMs: number }): WriteSample[] {
  const points = text.split(' ').flatMap((point): (number | 'stale' | undefined)[] => {
    const [, start, by, times] = /^(-?[\d.]+)([+-][\d.]+)x(\d+)$/.exec(point) ?? []
    if (start !== undefined) return Array.from({ length: Number(times) + 1 }, (_, i) => Number(start) + i * Number(by))
    return [point === '_' ? undefined : point === 'stale' ? 'stale' : Number(point)]
  })
  return points.flatMap((point, i): WriteSample[] => {
    const timestampMs = fromMs + i * stepMs
    if (point === undefined) return []
    return [point === 'stale' ? { timestampMs, value: NaN, stale: true } : { timestampMs, value: point }]
  })
}
