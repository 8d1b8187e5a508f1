import type { Labels } from '../../labels/labels.ts'
import type { VectorMatching } from '../ast.ts'
import { PromqlExecutionError } from '../errors.ts'
import { settleLabels } from '../eval/merge-series.ts'
import type { QueryContext } from '../eval/query-context.ts'
import { Series } from '../eval/series.ts'
import type { Timeline } from '../eval/timeline.ts'
import type { BinaryNode } from '../plan/plan-node.ts'
import { matchGroups } from './match-groups.ts'
import { matchedLabels, resultLabels } from './result-labels.ts'
import { SampleOperation, type SampleValue } from './sample-operation.ts'

/** Arithmetic and comparison between two vectors: one-to-one, or many-to-one with group_left / group_right. */
export async function matchVectors(
  context: QueryContext,
  node: BinaryNode,
  left: Series[],
  right: Series[],
  matching: VectorMatching,
  timeline: Timeline,
): Promise<Series[]> {
  const join = new VectorJoin(context, node, left, right, matching, timeline)
  for (let step = 0; step < timeline.length; step++) {
    const pause = context.pause()
    if (pause) await pause
    join.run(step)
  }
  return settleLabels(context, join.result())
}

type Output = { series: Series; step: number; group: number }

class VectorJoin {
  readonly #context: QueryContext
  readonly #node: BinaryNode
  readonly #matching: VectorMatching
  readonly #length: number
  /** The many side, and the side that must be unique in each group. */
  readonly #many: Series[]
  readonly #one: Series[]
  readonly #manyIds: Int32Array
  readonly #oneIds: Int32Array
  readonly #swapped: boolean
  /** Fill value where the named side is missing. */
  readonly #fillMany: number | undefined
  readonly #fillOne: number | undefined
  /** Position in #one for each group, valid where the stamp is the current step. */
  readonly #oneAt: Int32Array
  readonly #oneStamp: Int32Array
  readonly #matchedStamp: Int32Array
  readonly #operation: SampleOperation
  readonly #byPair = new Map<number, Output>()
  readonly #byLabels = new Map<string, Output>()

  constructor(
    context: QueryContext,
    node: BinaryNode,
    left: Series[],
    right: Series[],
    matching: VectorMatching,
    timeline: Timeline,
  ) {
    this.#context = context
    this.#node = node
    this.#matching = matching
    this.#length = timeline.length
    const groups = matchGroups(left, right, matching)
    this.#swapped = matching.cardinality === 'one-to-many'
    this.#many = this.#swapped ? right : left
    this.#one = this.#swapped ? left : right
    this.#manyIds = this.#swapped ? groups.right : groups.left
    this.#oneIds = this.#swapped ? groups.left : groups.right
    this.#fillMany = this.#swapped ? matching.fill.right : matching.fill.left
    this.#fillOne = this.#swapped ? matching.fill.left : matching.fill.right
    this.#oneAt = new Int32Array(groups.count)
    this.#oneStamp = new Int32Array(groups.count).fill(-1)
    this.#matchedStamp = new Int32Array(groups.count).fill(-1)
    this.#operation = new SampleOperation(node.operator, context.annotations, node.pos)
  }

  result(): Series[] {
    return [...this.#byLabels.values()].map(({ series }) => series).filter((series) => !series.isEmpty)
  }

  run(step: number): void {
    const manyPresent = this.#many.some((series) => !series.isAbsent(step))
    const onePresent = this.#one.some((series) => !series.isAbsent(step))
    const filled = this.#fillMany !== undefined || this.#fillOne !== undefined
    if (!(manyPresent && onePresent) && !(filled && (manyPresent || onePresent))) return
    this.#indexOne(step)
    for (const [i, series] of this.#many.entries()) {
      const value = series.get(step)
      if (value === undefined) continue
      const group = this.#manyIds[i] ?? 0
      if (this.#oneStamp[group] === step) this.#combine(step, group, i, this.#oneAt[group] ?? 0, value)
      else if (this.#fillOne !== undefined) this.#combine(step, group, i, -1, value)
    }
    if (this.#fillMany !== undefined) this.#fillMissing(step)
  }

  #indexOne(step: number): void {
    for (const [i, series] of this.#one.entries()) {
      if (series.isAbsent(step)) continue
      const group = this.#oneIds[i] ?? 0
      if (this.#oneStamp[group] === step) this.#failDuplicate(series, this.#one[this.#oneAt[group] ?? 0])
      this.#oneAt[group] = i
      this.#oneStamp[group] = step
    }
  }

  #fillMissing(step: number): void {
    for (const [i, series] of this.#one.entries()) {
      const group = this.#oneIds[i] ?? 0
      if (series.isAbsent(step) || this.#matchedStamp[group] === step) continue
      this.#combine(step, group, -1, i, this.#fillMany ?? NaN)
    }
  }

  #combine(step: number, group: number, many: number, one: number, manyValue: SampleValue): void {
    const oneValue = one < 0 ? this.#fillOne : this.#one[one]?.get(step)
    if (oneValue === undefined) return
    const outcome = this.#swapped
      ? this.#operation.apply(oneValue, manyValue)
      : this.#operation.apply(manyValue, oneValue)
    if (!outcome) return
    const output = this.#outputFor(many, one)
    this.#requireUnique(output, step, group)
    if (this.#node.returnBool) output.series.setFloat(step, outcome.keep ? 1 : 0)
    else if (outcome.keep) {
      output.series.setComputed(step, outcome.value)
      if (typeof outcome.value === 'object') this.#context.hold(outcome.value.heldSteps)
    }
  }

  #requireUnique(output: Output, step: number, group: number): void {
    if (this.#matching.cardinality === 'one-to-one') {
      if (this.#matchedStamp[group] === step) {
        throw new PromqlExecutionError(
          'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
        )
      }
    } else if (output.step === step && output.group === group) {
      throw new PromqlExecutionError('multiple matches for labels: grouping labels must ensure unique matches')
    }
    if (output.step === step && !output.series.isAbsent(step)) {
      throw new PromqlExecutionError('vector cannot contain metrics with the same labelset')
    }
    this.#matchedStamp[group] = step
    output.step = step
    output.group = group
  }

  #outputFor(many: number, one: number): Output {
    const pair = (many + 1) * (this.#one.length + 1) + one + 1
    const known = this.#byPair.get(pair)
    if (known) return known
    const labels = resultLabels(
      this.#labelsOf(this.#many[many], this.#one[one]),
      this.#labelsOf(this.#one[one], this.#many[many]),
      this.#node.operator,
      this.#matching,
      this.#node.returnBool && !this.#context.features.delayedNameRemoval,
    )
    let output = this.#byLabels.get(labels.key)
    if (!output) {
      this.#context.hold(this.#length)
      output = { series: new Series(labels, this.#length, this.#node.returnBool), step: -1, group: -1 }
      this.#byLabels.set(labels.key, output)
    }
    this.#byPair.set(pair, output)
    return output
  }

  /** A side that is filled in has the labels it would have been matched by. */
  #labelsOf(series: Series | undefined, other: Series | undefined): Labels {
    if (series) return series.labels
    if (!other) throw new TypeError('one side of a match is present')
    return matchedLabels(other.labels, this.#matching)
  }

  #failDuplicate(series: Series, known: Series | undefined): never {
    const group = matchedLabels(series.labels, this.#matching).toString()
    const side = this.#swapped ? 'left' : 'right'
    const pair = [series, known]
      .map((one) => one?.labels.toString() ?? '')
      .toSorted()
      .join(', ')
    throw new PromqlExecutionError(
      `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: [${pair}]` +
        ';many-to-many matching not allowed: matching labels must be unique on one side',
    )
  }
}
