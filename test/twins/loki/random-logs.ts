// Streams of every shape a parser stage is for, as one push request in JSON.
import type { Random } from './random.ts'

export interface TwinStream {
  readonly stream: Record<string, string>
  readonly values: readonly (readonly [time: string, line: string, metadata?: Record<string, string>])[]
}

const formats = ['json', 'logfmt', 'plain', 'packed', 'mixed', 'access'] as const
const levels = ['info', 'warn', 'error', 'debug', 'INFO', 'critical', 'banana']
const users = ['alice', 'bob', 'Zoë Ångström', 'Müller', '小林', 'a b', 'O"Neill', '😀', '']
const texts = [
  'payment declined',
  'order created',
  'größe 10',
  'timeout after 5s',
  'x=1 y=2',
  '\u001b[31mred\u001b[0m alert',
  'back\\slash',
  'tab\there',
  '<html> & co',
]
const durations = ['1ms', '250ms', '1.5s', '2m', '1h3m', '15µs', 'soon', '10', '-3s']
const sizes = ['1KB', '12MiB', '3 kB', '7B', '1.5GB', 'big', '0']
const addresses = ['10.0.0.1', '10.0.1.255', '192.168.4.7', '::1', '2001:db8::7', '999.1.1.1', 'none']

/** `count` entries between the two times, every stream labelled `twin="<name>"`. */
export function randomStreams(
  random: Random,
  { name, count, startMs, endMs }: { name: string; count: number; startMs: number; endMs: number },
): TwinStream[] {
  const kinds = formats.flatMap((format) => ['prod', 'dev'].map((env) => ({ format, env })))
  const streams = kinds.map(({ format, env }) => ({
    stream: {
      twin: name,
      format,
      env,
      ...(random.chance(0.5) ? { app: random.pick(['shop', 'mail']) } : {}),
      ...(random.chance(0.3) ? { level: random.pick(levels) } : {}),
      ...(random.chance(0.2) ? { shard: String(random.below(3)) } : {}),
    } as Record<string, string>,
    values: [] as [string, string, Record<string, string>?][],
  }))
  // Ascending, with a few steps back and a few equal times: limits cut the same everywhere when times within one stream are unlike.
  for (let at = 0; at < count; at++) {
    const stream = random.pick(streams)
    const back = random.chance(0.05) ? random.below(60_000) : 0
    const ms = Math.round(startMs + ((endMs - startMs) * at) / count) - back
    const time = `${BigInt(Math.max(ms, startMs)) * 1_000_000n + BigInt(random.chance(0.3) ? 0 : random.below(1e6))}`
    const line = randomLine(random, (stream.stream['format'] ?? 'plain') as (typeof formats)[number])
    if (random.chance(0.4)) stream.values.push([time, line, randomMetadata(random)])
    else stream.values.push([time, line])
  }
  return streams.filter(({ values }) => values.length > 0)
}

function randomMetadata(random: Random): Record<string, string> {
  const all = {
    trace_id: random.hex(32),
    span_id: random.hex(16),
    user: random.pick(users),
    size: random.pick(sizes),
    'http.method': random.pick(['GET', 'POST']),
    status: String(random.pick([200, 404, 500])),
    env: 'metadata',
  }
  return Object.fromEntries(random.some(Object.entries(all), 4))
}

function randomLine(random: Random, format: (typeof formats)[number]): string {
  switch (format) {
    case 'json':
      return random.chance(0.06) ? brokenJson(random) : JSON.stringify(randomObject(random))
    case 'logfmt':
      return logfmtLine(random)
    case 'packed':
      return JSON.stringify({
        _entry: random.chance(0.5) ? logfmtLine(random) : random.pick(texts),
        pod: `pod-${random.below(3)}`,
        ...(random.chance(0.2) ? { n: 1 } : {}),
      })
    case 'access':
      return `${random.pick(addresses)} - ${random.pick(['alice', 'bob', '-'])} [20/Nov/2026:10:00:00 +0000] "${random.pick(['GET', 'POST'])} /api/${random.pick(['orders', 'users', 'items'])}/${random.below(20)} HTTP/1.1" ${random.pick([200, 201, 404, 500, 503])} ${random.below(5000)} ${random.pick(durations)}`
    case 'plain':
      return `${random.chance(0.4) ? `${random.pick(levels)}: ` : ''}${random.pick(texts)} ${random.pick(addresses)} n=${random.below(50)}`
    case 'mixed':
      return randomLine(random, random.pick(['json', 'logfmt', 'plain', 'access'] as const))
  }
}

function brokenJson(random: Random): string {
  const whole = JSON.stringify(randomObject(random))
  return random.pick([
    whole.slice(0, -random.below(20) - 1),
    `[${whole}]`,
    '"text"',
    `${whole} tail`,
    '{"a":1,}',
    '{}',
    '',
  ])
}

function randomObject(random: Random): Record<string, unknown> {
  const all: Record<string, unknown> = {
    level: random.pick(levels),
    msg: random.pick(texts),
    user: random.chance(0.5) ? { id: random.below(9), name: random.pick(users) } : random.pick(users),
    duration: random.pick(durations),
    latency: random.below(10_000) / 100,
    bytes: random.pick(sizes),
    status: random.chance(0.8) ? random.pick([200, 404, 500]) : String(random.pick([200, 404])),
    ip: random.pick(addresses),
    ok: random.chance(0.5),
    nothing: null,
    items: ['cup', 'mug', { deep: [1, 2] }],
    'user-agent': 'curl/8 (x)',
    env: 'from-line',
    n: random.pick([1, -2, 3.25, 1e21, 1e-7, 0, 12_345_678]),
    '1st': 'digit',
    a: { b: { c: random.below(4) } },
  }
  return Object.fromEntries(Object.entries(all).filter(() => random.chance(0.6)))
}

function logfmtLine(random: Random): string {
  const pairs = [
    `level=${random.pick(levels)}`,
    `msg=${JSON.stringify(random.pick(texts))}`,
    `user=${JSON.stringify(random.pick(users))}`,
    `duration=${random.pick(durations)}`,
    `bytes=${JSON.stringify(random.pick(sizes))}`,
    `status=${random.pick([200, 404, 500])}`,
    `ip=${random.pick(addresses)}`,
    `latency=${random.below(10_000) / 100}`,
    'flag',
    'empty=',
    'env=line',
    `n=${random.pick(['1', '-2', '3.25', '1e3', 'NaN', '+Inf', '0x10', '1_000', 'abc'])}`,
    'bad"quote=1',
    'open="never closed',
    'dup=1 dup=2',
    'user.id=5',
    '=nokey',
  ]
  return pairs.filter((_, at) => random.chance(at < 8 || at === 11 ? 0.6 : 0.12)).join(' ')
}
