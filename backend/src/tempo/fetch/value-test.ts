import { applyBinary } from '../traceql/binary-operation.ts'
import { isNumeric } from '../traceql/static.ts'
import type { Condition } from '../traceql/conditions.ts'
import type { Static } from '../traceql/static.ts'

/** Whether a condition lets a value (no array) through. */
export type ValueTest = (value: Static) => boolean

const acceptAll: ValueTest = () => true

export function valueTest(condition: Condition): ValueTest {
  const { operator, operand } = condition
  if (operator === 'any' || operator === 'exists' || operator === 'not exists' || operand === undefined)
    return acceptAll
  return (value) => applyBinary(operator, value, operand).value === true
}

/** Of a number column, whatever numeric type the operand has. */
export function numberTest(condition: Condition): (value: number) => boolean {
  const { operator, operand } = condition
  if (operand === undefined || !isNumeric(operand.type)) return () => true
  const bound = Number(operand.value)
  switch (operator) {
    case '>':
      return (value) => value > bound
    case '>=':
      return (value) => value >= bound
    case '<':
      return (value) => value < bound
    case '<=':
      return (value) => value <= bound
    case '=':
      return (value) => value === bound
    case '!=':
      return (value) => value !== bound
    default:
      return () => true
  }
}
