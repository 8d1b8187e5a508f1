// Patterns of the lines of a selection, found when they are asked for: there is nothing to keep, to lose at a restart or to fall behind
// with, and replayed lines have patterns, too. Loki's pattern ingester finds them as lines arrive and forgets them after three hours.
import type { StreamRows } from '../logql/source.ts'
import { Drain } from './drain.ts'
import { formatOf, type LineFormat } from './line-tokens.ts'

export interface PatternSeries {
  readonly level: string
  readonly pattern: string
  readonly samples: readonly (readonly [seconds: number, lines: number])[]
}

const minLines = 30
const maxSeries = 300
const levels = new Set(['critical', 'debug', 'error', 'fatal', 'info', 'trace', 'warn'])
const levelName = new Set(['detected_level'])
const unknownLevel = 'unknown'
const longestGapMs = 3_600_000
const finestStepMs = 10_000
/** A step of a pattern; and a pattern with its tokens and its way through the tree. Measured on the lines of the shop. */
const bytesPerCount = 40
const bytesPerPattern = 2_000

interface Miner {
  readonly format: LineFormat
  readonly byLevel: Map<string, Drain>
}

export class PatternFinder {
  readonly #stepMs: number
  readonly #hold: (bytes: number) => void
  readonly #miners = new Map<string, Miner>()

  /** `hold` is told of the memory taken, and throws when it is too much. */
  constructor(stepMs: number, hold: (bytes: number) => void) {
    this.#stepMs = stepMs
    this.#hold = hold
  }

  /** A reader for the rows of one stream. */
  enter(rows: StreamRows): (row: number) => void {
    const { idOf, labels } = rows.pickMetadata(levelName)
    const levelOf = (row: number): string => {
      const level = labels(idOf(row)).at(0)?.[1].toLowerCase() ?? ''
      return levels.has(level) ? level : unknownLevel
    }
    return (row) => this.#add(rows, row, levelOf(row))
  }

  #add(rows: StreamRows, row: number, level: string): void {
    const line = rows.line(row)
    let miner = this.#miners.get(rows.id)
    if (miner === undefined) this.#miners.set(rows.id, (miner = { format: formatOf(line), byLevel: new Map() }))
    const tokens = miner.format.tokenize(line)
    if (tokens === undefined) return
    let drain = miner.byLevel.get(level)
    if (drain === undefined) miner.byLevel.set(level, (drain = new Drain()))
    const counts = drain.train(tokens)?.counts
    if (counts === undefined) return
    const timeMs = rows.timeMs(row)
    const start = timeMs - (timeMs % this.#stepMs)
    const count = counts.get(start)
    if (count === undefined) this.#hold(counts.size === 0 ? bytesPerPattern : bytesPerCount)
    counts.set(start, (count ?? 0) + 1)
  }

  /** Those of streams that read alike as one, the most frequent first. */
  result(): PatternSeries[] {
    const byText = new Map<string, { level: string; pattern: string; total: number; counts: Map<number, number> }>()
    for (const { format, byLevel } of this.#miners.values()) {
      for (const [level, drain] of byLevel) {
        for (const found of drain.patterns) {
          const pattern = format.join(found)
          const key = `${level}\0${pattern}`
          const series = byText.get(key) ?? { level, pattern, total: 0, counts: new Map<number, number>() }
          byText.set(key, series)
          for (const [start, count] of found.counts) {
            series.counts.set(start, (series.counts.get(start) ?? 0) + count)
            series.total += count
          }
        }
      }
    }
    return [...byText.values()]
      .filter(({ total }) => total >= minLines)
      .sort((a, b) => b.total - a.total)
      .slice(0, maxSeries)
      .map(({ level, pattern, counts }) => ({
        level,
        pattern,
        samples: [...this.#filled(counts)],
      }))
  }

  /** Steps without lines are zero, but for gaps of an hour and at the finest step: so Loki's chunks have it. */
  *#filled(counts: ReadonlyMap<number, number>): Generator<[number, number]> {
    let last = Infinity
    for (const [startMs, count] of [...counts].sort(([a], [b]) => a - b)) {
      if (this.#stepMs > finestStepMs && startMs - last < longestGapMs)
        for (let empty = last + this.#stepMs; empty < startMs; empty += this.#stepMs) yield [empty / 1000, 0]
      yield [startMs / 1000, count]
      last = startMs
    }
  }
}
