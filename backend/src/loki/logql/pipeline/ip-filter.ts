import { isIPv4, isIPv6 } from 'node:net'
import { StageError } from './stage.ts'

interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

interface AddressRange {
  readonly bits: 32 | 128
  readonly first: bigint
  readonly last: bigint
}

/** An address, a network (`10.0.0.0/8`) or a range (`10.0.0.1-10.0.0.9`): true for a text that holds an address of it. */
export function compileIpFilter(pattern: string): (text: string) => boolean {
  const range = parseRange(pattern)
  if (range === undefined) throw new StageError(`ip: invalid pattern: ${JSON.stringify(pattern)}`)
  return (text) => someAddress(text, (address) => isWithin(address, range))
}

function isWithin(address: Address, range: AddressRange): boolean {
  return address.bits === range.bits && address.value >= range.first && address.value <= range.last
}

const ipv4Hint = /[0-9](?:\.|.\.|..\.)/suy
const ipv6Hint = /(?:::[0-9a-fA-F]|[0-9a-fA-F]{1,4}:)/y
const ipv4Run = /[0-9.]+/y
const ipv6Run = /[0-9a-fA-F:.]+/y

/** Tries each run of address characters that begins like an address, and goes on behind it. */
function someAddress(text: string, test: (address: Address) => boolean): boolean {
  for (let at = 0; at < text.length; at++) {
    const run = runAt(text, at)
    if (run === undefined) continue
    const address = parseAddress(run)
    if (address !== undefined && test(address)) return true
    at += run.length
  }
  return false
}

/** The longest hint needs four (IPv4) or five (IPv6) characters, and Loki asks for that many even if a shorter one fits. */
function runAt(text: string, at: number): string | undefined {
  if (at + 3 < text.length && matchAt(ipv4Hint, text, at) !== undefined) return matchAt(ipv4Run, text, at)
  if (at + 4 < text.length && matchAt(ipv6Hint, text, at) !== undefined) return matchAt(ipv6Run, text, at)
  return undefined
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function parseRange(pattern: string): AddressRange | undefined {
  const single = parseAddress(pattern)
  if (single) return { bits: single.bits, first: single.value, last: single.value }
  const [network = '', length, ...rest] = pattern.split('/')
  if (length !== undefined) return rest.length === 0 ? parseNetwork(network, length) : undefined
  const dash = pattern.indexOf('-')
  const first = parseAddress(pattern.slice(0, Math.max(dash, 0)))
  const last = parseAddress(pattern.slice(dash + 1))
  if (!first || !last || first.bits !== last.bits || first.value > last.value) return undefined
  return { bits: first.bits, first: first.value, last: last.value }
}

function parseNetwork(network: string, length: string): AddressRange | undefined {
  const address = parseAddress(network)
  if (!address || !/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > address.bits) return undefined
  const hostBits = BigInt(address.bits - Number(length))
  const first = (address.value >> hostBits) << hostBits
  return { bits: address.bits, first, last: first + (1n << hostBits) - 1n }
}

function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { bits: 32, value: ipv4Value(text) }
  return isIPv6(text) && !text.includes('%') ? { bits: 128, value: ipv6Value(text) } : undefined
}

function ipv4Value(text: string): bigint {
  return text.split('.').reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
}

function ipv6Value(text: string): bigint {
  const dotted = /[0-9.]+$/.exec(text)?.[0] ?? ''
  const plain = isIPv4(dotted)
    ? text.slice(0, -dotted.length) +
      `${(ipv4Value(dotted) >> 16n).toString(16)}:${(ipv4Value(dotted) & 0xffffn).toString(16)}`
    : text
  const [head = '', tail] = plain.split('::')
  const headGroups = head === '' ? [] : head.split(':')
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - headGroups.length - tailGroups.length }, () => '0')
  return [...headGroups, ...zeros, ...tailGroups].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}
