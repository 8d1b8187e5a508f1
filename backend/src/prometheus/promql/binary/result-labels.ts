import { isMetadataLabel, type Labels } from '../../labels/labels.ts'
import { type BinaryOperator, isComparison, type VectorMatching } from '../ast.ts'

/** Labels of the result of `many op one`: the many side's, less what the matching leaves out, plus what it includes. */
export function resultLabels(
  many: Labels,
  one: Labels,
  operator: BinaryOperator,
  matching: VectorMatching,
  dropName: boolean,
): Labels {
  const changesMeaning = !isComparison(operator) && operator !== '</' && operator !== '>/'
  let labels = dropName || changesMeaning ? many.dropMetadata() : many
  const names = new Set(matching.labels)
  if (matching.cardinality === 'one-to-one') labels = matching.on ? labels.keep(names) : labels.drop(names)
  if (matching.include.length === 0) return labels
  return labels.with(Object.fromEntries(matching.include.map((name) => [name, one.get(name)])))
}

/** The labels by which a series is matched. */
export function matchedLabels(labels: Labels, matching: VectorMatching): Labels {
  const names = new Set(matching.labels)
  return matching.on ? labels.keep(names) : labels.filter((name) => !isMetadataLabel(name) && !names.has(name))
}
