// A SpanTable as bytes and back. Columns are named by their path in the table.
import { ColumnReader, ColumnWriter, type ByteStrings, type SectionReader } from '../../storage/index.ts'
import { AttributeLists } from './attribute-lists.ts'
import { GrowingColumn } from './growing-column.ts'
import { SpanTable } from './span-table.ts'
import { TextDictionary } from './text-dictionary.ts'
import { ValueDictionary } from './value-dictionary.ts'

/** Of the layout below. */
const layout = 2

/**
 * Columns that are read together share a section; a query decompresses the sections it touches. Measured on the bench's 1M spans:
 * `rate() by (service)` opens 36 of 130 bytes a span.
 */
const sections = [
  'texts',
  'values',
  'owners',
  'traces',
  'rows',
  'start',
  'end',
  'ids',
  'kinds',
  'attributes',
  'items',
  'rest',
] as const
type Section = (typeof sections)[number]

const sectionOfSpanColumn: Record<string, Section> = {
  'spans.trace': 'rows',
  'spans.next': 'rows',
  'spans.start.ms': 'start',
  'spans.start.ns': 'start',
  'spans.end.ms': 'end',
  'spans.end.ns': 'end',
  'spans.idHigh': 'ids',
  'spans.idLow': 'ids',
  'spans.parentHigh': 'ids',
  'spans.parentLow': 'ids',
  'spans.name': 'kinds',
  'spans.kind': 'kinds',
  'spans.status': 'kinds',
  'spans.resource': 'kinds',
  'spans.attributes.starts': 'attributes',
  'spans.attributes.keys': 'attributes',
  'spans.attributes.values': 'attributes',
}

function sectionOf(column: string): Section {
  if (column === 'texts' || column === 'values') return column
  if (column === 'keys' || column.startsWith('resources.') || column.startsWith('scopes.')) return 'owners'
  if (column.startsWith('traces.')) return 'traces'
  if (column.startsWith('events.') || column.startsWith('links.')) return 'items'
  return sectionOfSpanColumn[column] ?? 'rest'
}

type AnyColumn = GrowingColumn<Uint8Array> | GrowingColumn<Uint32Array> | GrowingColumn<Float64Array>

/** One byte array for each section. */
export function encodeTable(table: SpanTable): Uint8Array[] {
  const writers = new Map(sections.map((section) => [section, new ColumnWriter(layout)]))
  const writerOf = (column: string): ColumnWriter => {
    const writer = writers.get(sectionOf(column))
    if (writer === undefined) throw new TypeError(`no section for ${column}`)
    return writer
  }
  writerOf('texts').strings('texts', table.texts.all())
  writerOf('keys').strings('keys', table.keys.all())
  writerOf('values').byteStrings('values', table.values.encode())
  eachColumn(table, (name, column) => {
    const values = column.used()
    if (values instanceof Uint8Array) writerOf(name).uint8(name, values)
    else if (values instanceof Uint32Array) writerOf(name).uint32(name, values)
    else writerOf(name).deltas(name, values)
  })
  return [...writers.values()].map((writer) => writer.finish())
}

/** @throws StorageError, now or when a column is first looked at: for a damaged block, and for one that retention has removed */
export function decodeTable(source: SectionReader): SpanTable {
  const readers = new Map<Section, ColumnReader>()
  const readerOf = (column: string): ColumnReader => {
    const section = sectionOf(column)
    let reader = readers.get(section)
    if (reader === undefined) {
      reader = new ColumnReader(source.read(sections.indexOf(section)), layout)
      readers.set(section, reader)
    }
    return reader
  }
  const texts = (column: string): (() => ByteStrings) => {
    return () => {
      const strings = readerOf(column).byteStrings(column)
      // What is decoded later: an entry for each text and value.
      source.charge(strings.length * 100)
      return strings
    }
  }
  const table = new SpanTable(
    new TextDictionary(texts('texts')),
    new TextDictionary(texts('keys')),
    new ValueDictionary(texts('values')),
  )
  eachColumn(table, (name, column) =>
    column.defer((kind) => {
      const reader = readerOf(name)
      if (kind instanceof Uint8Array) return reader.uint8(name)
      return kind instanceof Uint32Array ? reader.uint32(name) : reader.deltas(name)
    }),
  )
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
