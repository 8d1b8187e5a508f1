import type { Matcher } from '../../labels/matcher.ts'
import type { BinaryOperator, ValueType, VectorMatching } from '../ast.ts'
import type { FunctionSignature } from '../functions/signatures.ts'
import type { Aggregator } from '../lexer/tokens.ts'
import type { PosRange } from '../position.ts'

/**
 * A query made ready to run: times are milliseconds, parentheses are gone, what does not change from step to step is
 * marked, and every selector knows the time range it will ask the store for.
 */
export type PlanNode =
  | NumberNode
  | StringNode
  | SelectNode
  | WindowNode
  | SubqueryNode
  | CallNode
  | AggregateNode
  | BinaryNode
  | NegateNode
  | InvariantNode

export type NumberNode = { kind: 'number'; type: 'scalar'; pos: PosRange; value: number }
export type StringNode = { kind: 'string'; type: 'string'; pos: PosRange; value: string }

export type Extension = 'anchored' | 'smoothed'

/** When to look: at `atMs` instead of the step's own time where it is set, `offsetMs` earlier either way. */
export type Timing = { offsetMs: number; atMs?: number }

export type SelectNode = {
  kind: 'select'
  type: 'vector'
  pos: PosRange
  matchers: readonly Matcher[]
  timing: Timing
  extension?: Extension
  /** Only count and sum of histograms are wanted. */
  statsOnly: boolean
}

export type WindowNode = { kind: 'window'; type: 'matrix'; pos: PosRange; select: SelectNode; rangeMs: number }

export type SubqueryNode = {
  kind: 'subquery'
  type: 'matrix'
  pos: PosRange
  expr: PlanNode
  rangeMs: number
  /** 0: the default evaluation interval. */
  stepMs: number
  timing: Timing
}

export type CallNode = { kind: 'call'; type: ValueType; pos: PosRange; func: FunctionSignature; args: PlanNode[] }

export type AggregateNode = {
  kind: 'aggregate'
  type: 'vector'
  pos: PosRange
  operator: Aggregator
  expr: PlanNode
  param?: PlanNode
  grouping: readonly string[]
  without: boolean
}

export type BinaryNode = {
  kind: 'binary'
  type: 'scalar' | 'vector'
  pos: PosRange
  operator: BinaryOperator
  left: PlanNode
  right: PlanNode
  returnBool: boolean
  matching?: VectorMatching
}

export type NegateNode = { kind: 'negate'; type: ValueType; pos: PosRange; expr: PlanNode }

/** Evaluated once, at the first step; its value stands at every step. */
export type InvariantNode = { kind: 'invariant'; type: ValueType; pos: PosRange; expr: PlanNode }
