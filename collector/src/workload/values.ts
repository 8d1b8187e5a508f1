/** Attributes that have every kind of OTLP value and the values that pipelines get wrong. */
import type { AnyValue, KeyValue } from '@playground/protocol/otlp/common'
import { below, hash32 } from './random.ts'

export const text = (value: string): AnyValue => ({ kind: 'string', value })
export const int = (value: bigint | number): AnyValue => ({ kind: 'int', value: BigInt(value) })
export const attribute = (key: string, value: AnyValue): KeyValue => ({ key, value })

const texts = [
  '',
  'plain',
  'naïve 日誌 🦊',
  'a "quoted" \\ back\\slash',
  'tab\tand\nline',
  ' leading and trailing ',
  'true',
  '0123',
]
/** 2^53+1 is the first integer a double cannot hold; the other two are the ends of int64. */
const integers = [0n, -1n, 9_007_199_254_740_993n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n]
const doubles = [0.1, -1.5, 1e308, 5e-324, 3]

/** One attribute of every kind; which value of the kind depends on the item, so that a constant cannot pass for it. */
export function everyKindOfValue(...at: readonly number[]): KeyValue[] {
  const choose = <T>(from: readonly T[], salt: number): T => from[below(from.length, ...at, salt)] as T
  const bytes = Uint8Array.from({ length: below(6, ...at, 5) }, (_, index) => hash32(...at, 6, index) & 0xff)
  return [
    attribute('value.text', text(choose(texts, 1))),
    attribute('value.bool', { kind: 'bool', value: choose([true, false], 2) }),
    attribute('value.int', int(choose(integers, 3))),
    attribute('value.double', { kind: 'double', value: choose(doubles, 4) }),
    attribute('value.bytes', { kind: 'bytes', value: bytes }),
    attribute('value.list', {
      kind: 'array',
      values: [text(choose(texts, 7)), int(choose(integers, 8)), { kind: 'bool', value: false }],
    }),
    attribute('value.map', {
      kind: 'kvlist',
      values: [
        attribute('deep', { kind: 'kvlist', values: [attribute('int', int(choose(integers, 9)))] }),
        attribute('none', { kind: 'array', values: [] }),
      ],
    }),
    attribute('value.empty', { kind: 'empty' }),
  ]
}
