import { asString, asTime, parseInteger } from './conversion.ts'
import type { TemplateFunction } from './functions.ts'
import { GoTime } from './go-time.ts'
import { parseTime } from './time-layout.ts'
import { isZone, localZone } from './time-zone.ts'
import type { Value } from './value.ts'

function fixed(arity: number, call: (...args: Value[]) => Value): TemplateFunction {
  return { least: arity, most: arity, call }
}

/** Unix time by its number of digits: days, seconds, milliseconds, microseconds, nanoseconds. */
const unitByDigits: Readonly<Record<number, bigint>> = {
  5: 86_400_000_000_000n,
  10: 1_000_000_000n,
  13: 1_000_000n,
  16: 1_000n,
  19: 1n,
}

function unixToTime(text: string): GoTime {
  const value = parseInteger(text)
  const unit = unitByDigits[text.length]
  if (value === undefined || unit === undefined) throw new Error(`unable to parse time '${text}'`)
  return new GoTime(value * unit, localZone())
}

function parse(layout: string, text: string, zone: string): GoTime {
  const moment = parseTime(layout, text, zone)
  return moment === undefined ? GoTime.zero() : new GoTime(moment, zone)
}

function momentOf(value: Value): GoTime {
  if (value instanceof GoTime) return value
  return typeof value === 'bigint' ? new GoTime(value * 1_000_000_000n, 'UTC') : now()
}

function now(): GoTime {
  return new GoTime(BigInt(Date.now()) * 1_000_000n, localZone())
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  return value / divisor - (value % divisor < 0n ? 1n : 0n)
}

export const timeFunctions: Readonly<Record<string, TemplateFunction>> = {
  now: fixed(0, now),
  date: fixed(2, (layout, time) => momentOf(time).in(localZone()).format(asString(layout))),
  toDate: fixed(2, (layout, text) => parse(asString(layout), asString(text), localZone())),
  toDateInZone: fixed(3, (layout, zone, text) => {
    const name = asString(zone)
    return parse(asString(layout), asString(text), name !== '' && isZone(name) ? name : 'UTC')
  }),
  unixToTime: fixed(1, (text) => unixToTime(asString(text))),
  unixEpoch: fixed(1, (time) => String(floorDivide(asTime(time).unixNano, 1_000_000_000n))),
  unixEpochMillis: fixed(1, (time) => String(floorDivide(asTime(time).unixNano, 1_000_000n))),
  unixEpochNanos: fixed(1, (time) => String(asTime(time).unixNano)),
}
