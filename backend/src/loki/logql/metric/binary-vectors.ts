import { labelsKey, labelValue, type Label, type Labels } from '../labels/labels.ts'
import { QueryError } from '../query-error.ts'
import { applyBinary } from '../syntax/arithmetic.ts'
import { comparisonOperations, type BinaryExpr, type VectorMatching } from '../syntax/ast.ts'
import type { Sample, StepEvaluator } from './step.ts'

/** Series with series, matched by labels. */
export class VectorBinary implements StepEvaluator {
  readonly #left: StepEvaluator
  readonly #right: StepEvaluator
  readonly #expr: BinaryExpr
  readonly #signature: (labels: Labels) => string
  readonly #resultLabels: (one: Labels, other: Labels) => Labels

  constructor(left: StepEvaluator, right: StepEvaluator, expr: BinaryExpr) {
    this.#left = left
    this.#right = right
    this.#expr = expr
    this.#signature = signatureBy(expr.matching)
    this.#resultLabels = resultLabelsBy(expr.matching)
  }

  at(step: number): readonly Sample[] {
    const right = this.#right.at(step)
    const left = this.#left.at(step)
    switch (this.#expr.operation) {
      case 'and':
        return this.#intersect(left, right, true)
      case 'unless':
        return this.#intersect(left, right, false)
      case 'or':
        return [...left, ...this.#intersect(right, left, false)]
      default:
        return this.#match(left, right)
    }
  }

  #intersect(samples: readonly Sample[], others: readonly Sample[], isIn: boolean): readonly Sample[] {
    const signatures = new Set(others.map(({ labels }) => this.#signature(labels)))
    return samples.filter(({ labels }) => signatures.has(this.#signature(labels)) === isIn)
  }

  /** "Many" is the side that may have several series for one of the other; one-to-one counts as many-to-one. */
  #match(left: readonly Sample[], right: readonly Sample[]): Sample[] {
    const isSwapped = this.#expr.matching.cardinality === 'one-to-many'
    const [many, one] = isSwapped ? [right, left] : [left, right]
    const ones = this.#indexOnes(one, isSwapped ? 'left' : 'right')
    const matched = new Map<string, Set<string>>()
    const out: Sample[] = []
    for (const sample of many) {
      const signature = this.#signature(sample.labels)
      const partner = ones.get(signature)
      if (partner === undefined) continue
      const labels = this.#resultLabels(sample.labels, partner.labels)
      this.#refuseAmbiguity(signature, labels, matched)
      const value = isSwapped ? this.#apply(partner.value, sample.value) : this.#apply(sample.value, partner.value)
      if (value !== undefined) out.push({ labels, value })
    }
    return out
  }

  #indexOnes(samples: readonly Sample[], side: 'left' | 'right'): Map<string, Sample> {
    const ones = new Map<string, Sample>()
    for (const sample of samples) {
      const signature = this.#signature(sample.labels)
      if (ones.has(signature)) {
        throw new QueryError(
          `found duplicate series on the ${side} hand-side;many-to-many matching not allowed: matching labels must be unique on one side`,
        )
      }
      ones.set(signature, sample)
    }
    return ones
  }

  #refuseAmbiguity(signature: string, labels: Labels, matched: Map<string, Set<string>>): void {
    const results = matched.get(signature)
    if (this.#expr.matching.cardinality === 'one-to-one') {
      if (results !== undefined) {
        throw new QueryError(
          'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
          500,
        )
      }
      matched.set(signature, new Set())
      return
    }
    const key = labelsKey(labels)
    if (results?.has(key) === true) {
      throw new QueryError('multiple matches for labels: grouping labels must ensure unique matches')
    }
    matched.set(signature, (results ?? new Set()).add(key))
  }

  #apply(left: number, right: number): number | undefined {
    const { operation, returnBool } = this.#expr
    const result = applyBinary(operation, left, right)
    if (!comparisonOperations.has(operation) || returnBool) return result
    return result === 1 ? left : undefined
  }
}

function memoize<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>()
  return (key) => {
    const seen = known.get(key)
    if (seen !== undefined) return seen
    const value = compute(key)
    known.set(key, value)
    return value
  }
}

/** Empty labels count as absent. */
function signatureBy({ on, labels: names }: VectorMatching): (labels: Labels) => string {
  const listed = new Set(names)
  return memoize((labels) => labelsKey(labels.filter(([name, value]) => value !== '' && listed.has(name) === on)))
}

function resultLabelsBy(matching: VectorMatching): (many: Labels, one: Labels) => Labels {
  const byPair = memoize((many: Labels) => memoize((one: Labels) => resultLabels(matching, many, one)))
  return (many, one) => byPair(many)(one)
}

function resultLabels({ cardinality, on, labels: names, include }: VectorMatching, many: Labels, one: Labels): Labels {
  const listed = new Set(names)
  const kept = many.filter(([name, value]) => value !== '' && (cardinality !== 'one-to-one' || listed.has(name) === on))
  if (include === undefined || include.length === 0) return kept
  const taken = new Set(include)
  const included = include.map((name): Label => [name, labelValue(one, name)]).filter(([, value]) => value !== '')
  return [...kept.filter(([name]) => !taken.has(name)), ...included].sort(([a], [b]) => (a < b ? -1 : 1))
}
