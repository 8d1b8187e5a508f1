import { isMetadataLabel } from '../../labels/labels.ts'
import type { VectorMatching } from '../ast.ts'
import type { Series } from '../eval/series.ts'

/** Which series of both sides belong together: a small number for every series, equal where the matching labels are. */
export type MatchGroups = { left: Int32Array; right: Int32Array; count: number }

export function matchGroups(left: readonly Series[], right: readonly Series[], matching: VectorMatching): MatchGroups {
  const names = new Set(matching.labels)
  const ids = new Map<string, number>()
  const idOf = ({ labels }: Series): number => {
    const group = matching.on ? labels.keep(names) : labels.filter((name) => !isMetadataLabel(name) && !names.has(name))
    const known = ids.get(group.key)
    if (known !== undefined) return known
    ids.set(group.key, ids.size)
    return ids.size - 1
  }
  const leftIds = Int32Array.from(left, idOf)
  const rightIds = Int32Array.from(right, idOf)
  return { left: leftIds, right: rightIds, count: ids.size }
}
