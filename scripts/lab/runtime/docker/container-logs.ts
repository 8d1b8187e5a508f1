// What containers have printed, last lines first and then, if wanted, what follows: over restarts, as long as there is one.
import { PassThrough } from 'node:stream'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import { field } from '../../json.ts'
import { inspectContainer } from './containers.ts'

const REATTACH_MS = 500
/** stdout and stderr come in one stream, in frames: stream, three zeros, length, text. */
const FRAME_HEADER_BYTES = 8

export async function lastLinesOf(docker: Dockerode, containerId: string, count: number): Promise<string[]> {
  if (count === 0) return []
  const seen = await inspectContainer(docker, containerId)
  if (seen === undefined) return []
  const output = await docker
    .getContainer(containerId)
    .logs({ stdout: true, stderr: true, follow: false, tail: count })
    .catch(nothingOfOneThatIsRemoved)
  const text = (seen.Config.Tty ? output : withoutFrames(output)).toString('utf8')
  return text.split(/\r?\n/).filter((line, i, all) => line !== '' || i < all.length - 1)
}

function nothingOfOneThatIsRemoved(error: unknown): Buffer {
  const status = field(error, 'statusCode')
  if (status === 404 || status === 409) return Buffer.alloc(0)
  throw error
}

function withoutFrames(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at + FRAME_HEADER_BYTES <= bytes.length;) {
    const end = at + FRAME_HEADER_BYTES + bytes.readUInt32BE(at + 4)
    parts.push(bytes.subarray(at + FRAME_HEADER_BYTES, end))
    at = end
  }
  return Buffer.concat(parts)
}

export interface FollowOptions {
  /** Of the container there is now: a restart by Compose may make another one. */
  containerId: () => Promise<string | undefined>
  signal: AbortSignal
  onLine: (line: string) => void
}

export async function followContainer(
  docker: Dockerode,
  { containerId, signal, onLine }: FollowOptions,
): Promise<void> {
  let since = `${Date.now() / 1_000}`
  while (!signal.aborted) {
    const id = await containerId()
    if (id !== undefined) {
      await followOnce(docker, id, since, signal, (timestamp, line) => {
        since = afterwards(timestamp)
        onLine(line)
      })
    }
    await sleep(REATTACH_MS, undefined, { signal }).catch(() => undefined)
  }
}

async function followOnce(
  docker: Dockerode,
  id: string,
  since: string,
  signal: AbortSignal,
  onLine: (timestamp: string, line: string) => void,
): Promise<void> {
  const seen = await inspectContainer(docker, id)
  if (seen?.State.Running !== true) return
  const stream = await docker.getContainer(id).logs({
    stdout: true,
    stderr: true,
    follow: true,
    timestamps: true,
    // The engine takes seconds with a fraction; the types know only whole ones.
    since: since as unknown as number,
    abortSignal: signal,
  })
  const text = new PassThrough()
  if (seen.Config.Tty) stream.pipe(text)
  else docker.modem.demuxStream(stream, text, text)
  stream.on('end', () => text.end())
  stream.on('error', () => text.end()) // the container or the engine has gone: looked for again
  for await (const line of createInterface({ input: text })) {
    const space = line.indexOf(' ')
    onLine(line.slice(0, space), line.slice(space + 1))
  }
}

/** One nanosecond later, as the seconds with a fraction that the engine reads. */
function afterwards(timestamp: string): string {
  const [, whole = '', fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(timestamp) ?? []
  const nanos = BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0')) + 1n
  return `${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, '0')}`
}
