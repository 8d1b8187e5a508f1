import { tree, type QueryTree } from './query-tree.ts'
import type { Random } from '../loki/random.ts'
import type { Vocabulary } from './vocabulary.ts'

const comparisons = ['=', '!=', '<', '<=', '>', '>=']
const structural = ['>>', '>', '<<', '<', '~', '!>>', '!>', '!<<', '!<', '!~', '&>>', '&>', '&<<', '&<', '&~']
const oddLiterals = ['0', '1', '2.0', '42', '-1', '42.5', '"42"', '""', 'true', 'nil', '10ms', 'error', 'server']
const arithmetic = ['+', '-', '*', '/', '%', '^']

export class RandomQueries {
  readonly #random: Random
  readonly #vocabulary: Vocabulary

  constructor(random: Random, vocabulary: Vocabulary) {
    this.#random = random
    this.#vocabulary = vocabulary
  }

  filter(): string {
    return `{ ${this.#conjunction()} }`
  }

  attribute(): string {
    return this.#random.pick(this.#vocabulary.attributes).name
  }

  search(): QueryTree {
    const random = this.#random
    let query = this.#spansets(2)
    while (random.chance(0.35)) query = tree('spansets', query, ' | ', this.#stage())
    return query
  }

  metrics(): QueryTree {
    const random = this.#random
    const numeric = random.pick(['duration', 'duration', this.attribute()])
    const by = random.chance(0.6) ? ` by (${random.pick([this.attribute(), `${this.attribute()}, name`])})` : ''
    const aggregate = random.pick([
      'rate()',
      'count_over_time()',
      `min_over_time(${numeric})`,
      `max_over_time(${numeric})`,
      `avg_over_time(${numeric})`,
      `sum_over_time(${numeric})`,
      `quantile_over_time(${numeric}, .5, .99)`,
      `histogram_over_time(${numeric})`,
    ])
    const filter = random.chance(0.8)
      ? tree('spansets', '{ ', this.#condition(1), ' }')
      : random.chance(0.5)
        ? tree('spansets', '{ }')
        : this.#spansets(1)
    const first = tree('metrics', filter, ` | ${aggregate}${by}`)
    if (random.chance(0.1))
      return tree('metrics', first, ` ${random.pick(['>', '<=', '!='])} ${random.pick(['0.01', '1', '3'])}`)
    return first
  }

  #spansets(depth: number): QueryTree {
    const random = this.#random
    if (depth > 0 && random.chance(0.35)) {
      const operator = random.chance(0.4) ? random.pick(['&&', '||']) : random.pick(structural)
      const [left, right] = [this.#spansets(depth - 1), this.#spansets(depth - 1)]
      return tree('spansets', '(', left, ` ${operator} `, right, ')')
    }
    return random.chance(0.05) ? tree('spansets', '{ }') : tree('spansets', '{ ', this.#condition(2), ' }')
  }

  #stage(): string {
    const random = this.#random
    const bound = `${random.pick(comparisons)} ${random.pick(['0', '1', '2', '5', '2.5', '10ms', '1s'])}`
    return random.pick([
      `count() ${random.pick(comparisons)} ${random.below(6)}`,
      `${random.pick(['avg', 'min', 'max', 'sum'])}(${random.pick(['duration', this.attribute()])}) ${bound}`,
      `by(${this.attribute()})`,
      `select(${this.attribute()}, ${this.attribute()})`,
      'coalesce()',
      this.filter(),
    ])
  }

  #condition(depth: number): QueryTree {
    const random = this.#random
    if (depth > 0 && random.chance(0.5)) {
      const operator = random.chance(0.6) ? '&&' : '||'
      const [left, right] = [this.#condition(depth - 1), this.#condition(depth - 1)]
      return tree('condition', random.chance(0.15) ? '!(' : '(', left, ` ${operator} `, right, ')')
    }
    return tree('condition', this.#comparison())
  }

  #conjunction(): string {
    return Array.from({ length: 1 + this.#random.below(2) }, () => this.#comparison()).join(' && ')
  }

  #comparison(): string {
    const random = this.#random
    const { name, literals } = random.pick(this.#vocabulary.attributes)
    const value = literals.length > 0 && random.chance(0.85) ? random.pick(literals) : random.pick(oddLiterals)
    const kind = random.next()
    if (kind < 0.08) return `${name} ${random.pick(['=', '!='])} nil`
    if (kind < 0.18 && value.startsWith('"'))
      return `${name} ${random.pick(['=~', '!~'])} ${random.pick(regexesFor(value))}`
    if (kind < 0.24)
      return `${name} ${random.pick(arithmetic)} ${random.pick(['1', '2', '0.5'])} ${random.pick(comparisons)} ${value}`
    if (kind < 0.28) return `${name} ${random.pick(comparisons)} ${this.attribute()}`
    if (kind < 0.31) return `${value} ${random.pick(comparisons)} ${name}`
    const isOrdered = !/^("|true|false)/.test(value)
    return `${name} ${random.pick(isOrdered ? comparisons : [...comparisons, '=', '!=', '=', '!='])} ${value}`
  }
}

function regexesFor(quoted: string): string[] {
  const value = (JSON.parse(quoted) as string).replace(/[^\w ]/g, '.')
  return [value, `${value.slice(0, 2)}.*`, `.*${value.slice(-2)}`, `${value}|nothing`, '.+', '.*'].map((each) =>
    JSON.stringify(each),
  )
}
