// The next release of a service as a process beside this one: started, watched, started again when it dies, ended.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { logger } from '../logger.ts'
import { service } from '../service-identity.ts'

const START_MS = 30_000
const GRACE_MS = 5_000
const RESTART_AFTER_MS = 200

export interface ReleaseOptions {
  version: string
  /** What is wrong with it, as its code knows it. */
  defect: string
  /** Of V8's old space; undefined: Node's default. */
  heapMegabytes?: number
}

interface Addresses {
  port: number
  opsPort: number
}

export class ReleaseProcess {
  readonly version: string
  readonly #options: ReleaseOptions
  #child: ChildProcess | undefined
  #addresses: Addresses | undefined
  #isStopping = false

  constructor(options: ReleaseOptions) {
    this.#options = options
    this.version = options.version
  }

  /** Where it listens; undefined while it is starting. */
  get addresses(): Addresses | undefined {
    return this.#addresses
  }

  async start(): Promise<void> {
    const { version, defect, heapMegabytes } = this.#options
    const prefix = service.name.toUpperCase()
    const flags = heapMegabytes === undefined ? [] : [`--max-old-space-size=${heapMegabytes}`]
    const child = spawn(process.execPath, [...process.execArgv, ...flags, process.argv[1] ?? ''], {
      env: {
        // oxlint-disable-next-line node/no-process-env -- the same service with the same settings, but for its version and ports
        ...process.env,
        SERVICE_VERSION: version,
        RELEASE_DEFECT: defect,
        [`${prefix}_PORT`]: '0',
        [`${prefix}_OPS_PORT`]: '0',
        OPS_HOST: '127.0.0.1',
        SERVICE_HOST: '127.0.0.1',
      },
      // By the channel it tells where it listens, and learns when this process is gone.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child = child
    child.once('exit', (exitCode, signal) => this.#ended(exitCode, signal))
    const addresses = await this.#listening(child)
    await untilHealthy(addresses)
    this.#addresses = addresses
    logger.warn({ release: version, pid: child.pid }, 'release started')
  }

  /** What a platform does with a process that died: it starts another one. */
  #ended(exitCode: number | null, signal: NodeJS.Signals | null): void {
    const wasUp = this.#addresses !== undefined
    this.#addresses = undefined
    // One that never came up is told of by start().
    if (this.#isStopping || !wasUp) return
    logger.error({ release: this.version, exit_code: exitCode, signal }, 'release ended, it is started again')
    setTimeout(() => {
      if (this.#isStopping) return
      this.start().catch((error: unknown) => logger.error({ error }, 'release cannot be started again'))
    }, RESTART_AFTER_MS)
  }

  async #listening(child: ChildProcess): Promise<Addresses> {
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`release ${this.version} ended with exit code ${String(code)} before it listened`)
    })
    // It is also awaited when nobody is interested any more.
    ended.catch(() => undefined)
    const [message] = (await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(START_MS) }),
      ended,
    ])) as [Addresses]
    return message
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    if ((await Promise.race([ended, sleep(GRACE_MS, 'late')])) === 'late') child.kill('SIGKILL')
    await ended
  }
}

/** Its first customer is not to be the one who opens its connections. */
async function untilHealthy({ opsPort }: Addresses): Promise<void> {
  const deadline = Date.now() + START_MS
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${opsPort}/health`).catch(() => undefined)
    await response?.body?.cancel()
    if (response?.status === 200) return
    if (Date.now() > deadline)
      throw new Error(`the release is not ready within ${START_MS} ms; last seen: ${response?.status ?? 'no answer'}`)
    await sleep(RESTART_AFTER_MS)
  }
}

/** The release that runs beside this process, if any: its metrics and health are shown with this one's own. */
let current: ReleaseProcess | undefined

export const currentRelease = (): ReleaseProcess | undefined => current

export function setCurrentRelease(release: ReleaseProcess | undefined): void {
  current = release
}
