import { RandomQueries } from './random-queries.ts'
import { render, type QueryTree } from './query-tree.ts'
import type { Random } from '../loki/random.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface TwinRequest {
  /** Absent for requests without a query. */
  query?: QueryTree
  path(this: TwinRequest): string
}

export class RequestMaker {
  readonly #random: Random
  readonly #queries: RandomQueries
  readonly #window: { start: number; end: number }

  constructor(random: Random, vocabulary: Vocabulary, window: { start: number; end: number }) {
    this.#random = random
    this.#queries = new RandomQueries(random, vocabulary)
    this.#window = window
  }

  next(): TwinRequest {
    const kind = this.#random.next()
    if (kind < 0.6) return this.#query('/api/search', this.#queries.search(), { limit: '5000', spss: '100' })
    if (kind < 0.85) return this.#metrics()
    if (kind < 0.9) return this.#tagNames()
    if (kind < 0.97) return this.#tagValues()
    return this.#tagSearch()
  }

  #query(path: string, query: QueryTree, more: Record<string, string>): TwinRequest {
    const range = this.#range()
    return {
      query,
      path() {
        return `${path}?${new URLSearchParams({ q: render(this.query ?? query), ...range, ...more }).toString()}`
      },
    }
  }

  #metrics(): TwinRequest {
    const isInstant = this.#random.chance(0.3)
    const query = this.#queries.metrics()
    return isInstant
      ? this.#query('/api/metrics/query', query, {})
      : this.#query('/api/metrics/query_range', query, { step: this.#random.pick(['15s', '30s', '60s', '97s']) })
  }

  #tagNames(): TwinRequest {
    const scope = this.#random.pick(['', 'span', 'resource', 'event', 'link', 'instrumentation'])
    const filter = this.#random.chance(0.5) ? this.#queries.filter() : ''
    return this.#plain(`/api/v2/search/tags`, { scope, q: filter })
  }

  #tagValues(): TwinRequest {
    const filter = this.#random.chance(0.6) ? this.#queries.filter() : ''
    return this.#plain(`/api/v2/search/tag/${encodeURIComponent(this.#queries.attribute())}/values`, { q: filter })
  }

  #tagSearch(): TwinRequest {
    const random = this.#random
    const attribute = this.#queries.attribute().replace(/^\w*\./, '')
    return this.#plain('/api/search', {
      tags: random.chance(0.8) ? `${attribute}=${random.pick(['a', 'eu-west', 'shop', '42'])}` : '',
      minDuration: random.chance(0.3) ? random.pick(['1ms', '100ms']) : '',
      maxDuration: random.chance(0.3) ? random.pick(['500ms', '2s']) : '',
      limit: '5000',
      spss: '100',
    })
  }

  #plain(path: string, parameters: Record<string, string>): TwinRequest {
    const given = Object.entries({ ...parameters, ...this.#range() }).filter(([, value]) => value !== '')
    return { path: () => `${path}?${new URLSearchParams(given).toString()}` }
  }

  #range(): { start: string; end: string } {
    const { start, end } = this.#window
    const cut = this.#random.chance(0.2) ? this.#random.below(Math.floor((end - start) / 2)) : 0
    return { start: String(start + cut), end: String(end) }
  }
}
