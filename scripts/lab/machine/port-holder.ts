// Which process listens on a port, where the system tells.
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'

export interface PortHolder {
  pid: number
  command: string
}

/** Whether a listener of ours could bind there: asked by binding, because that is what will be done. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false)
      else reject(error)
    })
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

export function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const answer = (listening: boolean) => {
      socket.destroy()
      resolve(listening)
    }
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
  })
}

export function portHolder(port: number): PortHolder | undefined {
  return process.platform === 'linux' ? holderFromProc(port) : holderFromLsof(port)
}

function holderFromProc(port: number): PortHolder | undefined {
  const inodes = new Set([...listeningInodes('/proc/net/tcp', port), ...listeningInodes('/proc/net/tcp6', port)])
  if (inodes.size === 0) return undefined
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || !openSockets(entry).some((inode) => inodes.has(inode))) continue
    return { pid: Number(entry), command: commandLine(entry) }
  }
  return undefined
}

const TCP_LISTEN = '0A'

function listeningInodes(path: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0')
  return readOr(path, '')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hexPort}`) && fields[3] === TCP_LISTEN)
    .flatMap((fields) => fields[9] ?? [])
}

function openSockets(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const target = readlink(`/proc/${pid}/fd/${fd}`)
      return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []
    })
  } catch {
    return [] // another user's process, or one that has just ended
  }
}

function readlink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

function commandLine(pid: string): string {
  const words = readOr(`/proc/${pid}/cmdline`, '').split('\0').filter(Boolean)
  return words.slice(0, 4).join(' ').slice(0, 120)
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return fallback
  }
}

function holderFromLsof(port: number): PortHolder | undefined {
  try {
    const out = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const pid = /^p(\d+)/m.exec(out)?.[1]
    return pid === undefined ? undefined : { pid: Number(pid), command: /^c(.*)/m.exec(out)?.[1] ?? '' }
  } catch {
    return undefined // no lsof, or nobody listens
  }
}
