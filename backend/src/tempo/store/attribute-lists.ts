import { GrowingColumn } from './growing-column.ts'
import type { KeyValue } from '@playground/protocol/otlp/common'
import type { TextDictionary } from './text-dictionary.ts'
import type { ValueDictionary } from './value-dictionary.ts'

/** The attributes of owners 0, 1, 2, …: runs of (key, value) in two columns, with the start of each run. */
export class AttributeLists {
  readonly starts: GrowingColumn<Uint32Array>
  readonly keys: GrowingColumn<Uint32Array>
  readonly values: GrowingColumn<Uint32Array>

  constructor(starts = GrowingColumn.uint32(), keys = GrowingColumn.uint32(), values = GrowingColumn.uint32()) {
    this.starts = starts
    this.keys = keys
    this.values = values
  }

  push(attributes: readonly KeyValue[], keys: TextDictionary, values: ValueDictionary): void {
    this.starts.push(this.keys.length)
    for (const { key, value } of attributes) {
      this.keys.push(keys.intern(key))
      this.values.push(values.intern(value))
    }
  }

  start(owner: number): number {
    return this.starts.at(owner)
  }

  end(owner: number): number {
    return owner + 1 < this.starts.length ? this.starts.at(owner + 1) : this.keys.length
  }

  /** The value's id, or -1. */
  find(owner: number, key: number): number {
    const keys = this.keys.values
    for (let at = this.start(owner), end = this.end(owner); at < end; at++) {
      if (keys[at] === key) return this.values.at(at)
    }
    return -1
  }

  read(owner: number, keys: TextDictionary, values: ValueDictionary): KeyValue[] {
    const attributes: KeyValue[] = []
    for (let at = this.start(owner), end = this.end(owner); at < end; at++) {
      attributes.push({ key: keys.at(this.keys.at(at)), value: values.at(this.values.at(at)) })
    }
    return attributes
  }

  get sizeBytes(): number {
    return this.starts.length * 4 + this.keys.length * 8
  }
}
