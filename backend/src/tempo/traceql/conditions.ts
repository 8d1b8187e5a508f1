/**
 * What a query needs from the store. Tempo answers a query from the values its columns return for these conditions and not from the
 * whole span, and users see that: a value that no condition let through does not exist for the expression. The rules here follow
 * its `extractConditions` so that the answers are the same.
 */
import { isBooleanOperator } from './operator.ts'
import type { BinaryExpression, FieldExpression, MetricsExpression, Pipeline, ScalarExpression, Stage } from './ast.ts'
import type { Attribute } from './attribute.ts'
import type { FieldOperator } from './operator.ts'
import type { Static } from './static.ts'

export interface Condition {
  attribute: Attribute
  /** `any`: the value is wanted whatever it is. */
  operator: 'any' | 'exists' | 'not exists' | FieldOperator
  operand?: Static
}

export interface FetchRequest {
  conditions: Condition[]
  /** Only spans that meet all conditions can match. */
  allConditions: boolean
  /** Relations need the tree; a span outside of it is not fetched for them alone. */
  structural: boolean
  /** A filter without conditions, `{ }`, wants every span. */
  everySpan: boolean
  /** Wanted of the spans that match. */
  selected: Attribute[]
}

export function emptyRequest(): FetchRequest {
  return { conditions: [], allConditions: true, structural: false, everySpan: false, selected: [] }
}

export function extractConditions(pipeline: Pipeline): FetchRequest {
  const request = emptyRequest()
  fromStage(pipeline, request)
  return request
}

export function extractMetricsConditions(query: MetricsExpression & { kind: 'metrics query' }): FetchRequest {
  const request = extractConditions(query.pipeline)
  if (query.aggregate.kind === 'compare') return request
  if (query.aggregate.attribute !== undefined) request.selected.push(query.aggregate.attribute)
  request.selected.push(...query.aggregate.by)
  return request
}

function fromStage(stage: Stage, request: FetchRequest): void {
  switch (stage.kind) {
    case 'pipeline':
      fromPipeline(stage, request)
      return
    case 'filter':
      fromField(stage.expression, request)
      // Beside a relation, Tempo takes the spans of the tree for all there are.
      if (stage.expression.kind === 'static' && stage.expression.value.value === true && !request.structural)
        request.everySpan = true
      return
    case 'spanset operation':
      if (stage.operator !== '&&' && stage.operator !== '||') request.structural = true
      fromStage(stage.left, request)
      fromStage(stage.right, request)
      request.allConditions = false
      return
    case 'group':
      fromField(stage.expression, request)
      request.allConditions = false
      return
    case 'select':
      request.selected.push(...stage.attributes)
      return
    case 'scalar filter':
      fromScalar(stage.left, request)
      fromScalar(stage.right, request)
      return
    case 'aggregate':
      fromScalar(stage, request)
      return
    case 'coalesce':
  }
}

/** What follows `select()` is only fetched after the match, so it adds no conditions. */
function fromPipeline(pipeline: Pipeline, request: FetchRequest): void {
  const select = pipeline.stages.findIndex((stage) => stage.kind === 'select')
  const before = select < 0 ? pipeline.stages : pipeline.stages.slice(0, select + 1)
  for (const stage of before) fromStage(stage, request)
  for (const stage of pipeline.stages.slice(before.length)) {
    const later = emptyRequest()
    fromStage(stage, later)
    request.selected.push(...later.conditions.map((condition) => condition.attribute), ...later.selected)
  }
}

function fromScalar(expression: ScalarExpression, request: FetchRequest): void {
  switch (expression.kind) {
    case 'static':
      return
    case 'aggregate':
      request.allConditions = false
      if (expression.expression !== undefined) fromField(expression.expression, request)
      return
    case 'scalar operation':
      fromScalar(expression.left, request)
      fromScalar(expression.right, request)
      return
    case 'pipeline':
      fromStage(expression, request)
  }
}

export function fromField(expression: FieldExpression, request: FetchRequest): void {
  switch (expression.kind) {
    case 'static':
      return
    case 'attribute':
      request.conditions.push({ attribute: expression.attribute, operator: 'any' })
      return
    case 'unary':
      if (expression.operand.kind === 'attribute' && expression.operator.includes('exists')) {
        // `operator` is one of the two by the test before.
        const operator = expression.operator as 'exists' | 'not exists'
        request.conditions.push({ attribute: expression.operand.attribute, operator })
      } else fromField(expression.operand, request)
      return
    case 'binary':
      fromBinary(expression, request)
  }
}

function fromBinary({ operator, left, right }: BinaryExpression, request: FetchRequest): void {
  if (left.kind === 'attribute' && right.kind === 'static')
    pushComparison(left.attribute, operator, right.value, request)
  else if (left.kind === 'static' && right.kind === 'attribute')
    pushComparison(right.attribute, operator, left.value, request)
  else {
    fromField(left, request)
    fromField(right, request)
    const direct = left.kind === 'attribute' || left.kind === 'static'
    if (!direct && operator === '||') request.allConditions = false
  }
}

function pushComparison(attribute: Attribute, operator: FieldOperator, operand: Static, request: FetchRequest): void {
  const decides = isBooleanOperator(operator) && operator !== '&&' && operator !== '||'
  request.conditions.push(decides ? { attribute, operator, operand } : { attribute, operator: 'any' })
}
