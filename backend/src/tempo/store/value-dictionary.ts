import { ProtoReader } from '@playground/protocol/proto-reader'
import { ProtoWriter } from '@playground/protocol/proto-writer'
import { readAnyValue, writeAnyValue, type AnyValue } from '@playground/protocol/otlp/common'
import { toStatic } from './any-value-static.ts'
import type { ByteStrings } from '../../storage/index.ts'
import type { Static } from '../traceql/static.ts'

/** Attribute values ↔ small integers. Of a sealed block only the values that are asked for are decoded. */
export class ValueDictionary {
  readonly #open: (() => ByteStrings) | undefined
  #opened: ByteStrings | undefined
  readonly #values: (AnyValue | undefined)[] = []
  readonly #statics: (Static | undefined)[] = []
  readonly #ids = new Map<string, number>()
  #sizeBytes = 0

  /** `sealed` is called when the first value is asked for. */
  constructor(sealed?: () => ByteStrings) {
    this.#open = sealed
  }

  get #sealed(): ByteStrings | undefined {
    return (this.#opened ??= this.#open?.())
  }

  get length(): number {
    return this.#sealed?.length ?? this.#values.length
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  intern(value: AnyValue): number {
    const key = keyOf(value)
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.#values.length
    this.#values.push(value)
    this.#ids.set(key, id)
    this.#sizeBytes += key.length * 2 + 160
    return id
  }

  at(id: number): AnyValue {
    let value = this.#values[id]
    if (value === undefined) {
      value = this.#decode(id)
      this.#values[id] = value
    }
    return value
  }

  static(id: number): Static {
    return (this.#statics[id] ??= toStatic(this.at(id)))
  }

  encode(): Uint8Array[] {
    return this.#values.map((value) => {
      const writer = new ProtoWriter(64)
      writer.message(1, (nested) => writeAnyValue(nested, value ?? { kind: 'empty' }))
      return writer.finish()
    })
  }

  #decode(id: number): AnyValue {
    if (this.#sealed === undefined || id >= this.#sealed.length) throw new RangeError(`value ${id} of ${this.length}`)
    const reader = new ProtoReader(this.#sealed.bytes(id), 'AnyValue')
    reader.next()
    return readAnyValue(reader)
  }
}

function keyOf(value: AnyValue): string {
  switch (value.kind) {
    case 'string':
      return `s${value.value}`
    case 'int':
      return `i${value.value}`
    case 'double':
      return Object.is(value.value, -0) ? 'd-0' : `d${value.value}`
    case 'bool':
      return `b${value.value}`
    case 'bytes':
      return `x${Buffer.from(value.value).toString('latin1')}`
    case 'array':
      return `a${JSON.stringify(value.values.map(keyOf))}`
    case 'kvlist':
      return `k${JSON.stringify(value.values.map((item) => [item.key, keyOf(item.value)]))}`
    case 'empty':
      return 'e'
  }
}
