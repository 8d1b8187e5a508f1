type Column = Float64Array | Uint32Array | Uint8Array

/** The column, or a copy of twice its length where `count` elements would not fit. */
export function withRoom<T extends Column>(column: T, count: number): T {
  if (count <= column.length) return column
  const length = Math.max(count, column.length * 2)
  const grown = newColumn(column, length)
  grown.set(column)
  return grown
}

function newColumn<T extends Column>(like: T, length: number): T {
  // The three constructors share a signature that TypeScript cannot see through `T`.
  const make = like.constructor as new (length: number) => T
  return new make(length)
}
