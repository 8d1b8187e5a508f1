/** Replaces what the rules find by pseudonyms: the same secret gets the same one in logs, spans and metrics, so that correlation survives. */
import { createHmac, randomBytes } from 'node:crypto'
import type { JsonObject } from '@playground/protocol/json-fields'
import type { ResourceLogs } from '@playground/protocol/otlp/logs'
import type { ResourceMetrics } from '@playground/protocol/otlp/metrics'
import type { ResourceSpans } from '@playground/protocol/otlp/traces'
import { isValidId } from '../file/valid-id.ts'
import { mapTexts } from '../map-texts.ts'
import { BUILT_IN_RULES, type RedactionRule } from './rules.ts'

export interface RuleReport {
  rule: string
  replaced: number
  /** How many different secrets, not which. */
  distinct: number
  places: Record<string, number>
}

/** A card number of 16 digits looks like a span id, so that only what is one by its place is left alone. */
const ID_PLACE = /\.(?:traceId|spanId|parentSpanId)$/

interface Tally {
  replaced: number
  pseudonyms: Set<string>
  places: Map<string, number>
}

export class Redactor {
  readonly #rules: readonly RedactionRule[]
  readonly #key: Uint8Array
  readonly #tallies = new Map<string, Tally>()

  /** Without the key nobody finds a secret by trying all card numbers; with the same key two files get the same pseudonyms. */
  constructor(rules: readonly RedactionRule[] = BUILT_IN_RULES, key: Uint8Array = randomBytes(32)) {
    this.#rules = rules
    this.#key = key
    for (const { name } of rules) this.#tallies.set(name, { replaced: 0, pseudonyms: new Set(), places: new Map() })
  }

  logs = (batch: ResourceLogs[]) => this.#all(batch, 'logs')
  traces = (batch: ResourceSpans[]) => this.#all(batch, 'traces')
  metrics = (batch: ResourceMetrics[]) => this.#all(batch, 'metrics')
  /** The manifest's own texts: queries and configuration can hold secrets too. */
  facts = <T>(facts: T) => this.#all(facts, 'manifest')

  report(): RuleReport[] & JsonObject[] {
    return [...this.#tallies].map(([rule, { replaced, pseudonyms, places }]) => ({
      rule,
      replaced,
      distinct: pseudonyms.size,
      places: Object.fromEntries(places),
    }))
  }

  #all<T>(value: T, signal: string): T {
    return mapTexts(value, { text: (text, place) => this.#text(text, `${signal}: ${place}`) })
  }

  #text(text: string, place: string): string {
    if (ID_PLACE.test(place) && isValidId(text)) return text
    let result = text
    for (const { name, pattern, holds } of this.#rules) {
      result = result.replace(pattern, (match) =>
        holds === undefined || holds(match) ? this.#pseudonym(name, match, place) : match,
      )
    }
    return result
  }

  #pseudonym(rule: string, secret: string, place: string): string {
    const normal = rule === 'card' ? secret.replaceAll(/\D/g, '') : secret.replace(/%40|\\u0040/, '@')
    const digest = createHmac('sha256', this.#key).update(`${rule}\0${normal}`).digest('hex').slice(0, 12)
    const tally = this.#tallies.get(rule)
    if (tally !== undefined) {
      tally.replaced++
      tally.pseudonyms.add(digest)
      tally.places.set(place, (tally.places.get(place) ?? 0) + 1)
    }
    return `redacted-${rule}-${digest}`
  }
}
