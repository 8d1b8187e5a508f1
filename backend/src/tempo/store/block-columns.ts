// A SpanTable as bytes and back. Columns are named by their path in the table.
import { ColumnReader, ColumnWriter } from '../../storage/index.ts'
import { AttributeLists } from './attribute-lists.ts'
import { GrowingColumn } from './growing-column.ts'
import { SpanTable } from './span-table.ts'
import { TextDictionary } from './text-dictionary.ts'
import { ValueDictionary } from './value-dictionary.ts'

/** Of the layout below. */
const layout = 1

type AnyColumn = GrowingColumn<Uint8Array> | GrowingColumn<Uint32Array> | GrowingColumn<Float64Array>

export function encodeTable(table: SpanTable): Uint8Array {
  const writer = new ColumnWriter(layout)
  writer
    .strings('texts', table.texts.all())
    .strings('keys', table.keys.all())
    .byteStrings('values', table.values.encode())
  eachColumn(table, (name, column) => {
    const values = column.used()
    if (values instanceof Uint8Array) writer.uint8(name, values)
    else if (values instanceof Uint32Array) writer.uint32(name, values)
    else writer.deltas(name, values)
  })
  return writer.finish()
}

/** @throws StorageError for a damaged block */
export function decodeTable(bytes: Uint8Array): SpanTable {
  const reader = new ColumnReader(bytes, layout)
  const table = new SpanTable(
    new TextDictionary(reader.byteStrings('texts')),
    new TextDictionary(reader.byteStrings('keys')),
    new ValueDictionary(reader.byteStrings('values')),
  )
  eachColumn(table, (name, column) => {
    if (column.values instanceof Uint8Array) column.values = reader.uint8(name)
    else if (column.values instanceof Uint32Array) column.values = reader.uint32(name)
    else column.values = reader.deltas(name)
    column.length = column.values.length
  })
  return table
}

function eachColumn(table: SpanTable, visit: (name: string, column: AnyColumn) => void): void {
  const { spans, events, links, resources, scopes, traces } = table
  walk({ spans, events, links, resources, scopes, traces }, '', visit)
}

function walk(node: object, path: string, visit: (name: string, column: AnyColumn) => void): void {
  for (const [name, child] of Object.entries(node) as [string, unknown][]) {
    const here = path === '' ? name : `${path}.${name}`
    if (child instanceof GrowingColumn) visit(here, child as AnyColumn)
    else if (child instanceof AttributeLists) {
      visit(`${here}.starts`, child.starts)
      visit(`${here}.keys`, child.keys)
      visit(`${here}.values`, child.values)
    } else if (typeof child === 'object' && child !== null) walk(child, here, visit)
  }
}
