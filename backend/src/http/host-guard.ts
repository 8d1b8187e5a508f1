/**
 * Defence against DNS rebinding: a page of some other site that resolves its own name to 127.0.0.1 still sends its own name in `Host` and
 * `Origin`, and both have to be names of this machine.
 */
import { isIPv4 } from 'node:net'
import { ApiError } from './api-error.ts'

export class HostGuard {
  readonly #allowed: ReadonlySet<string>

  constructor(allowedHosts: readonly string[]) {
    this.#allowed = new Set(allowedHosts.map((name) => name.toLowerCase()))
  }

  /** @throws ApiError 403 naming the header and its value. */
  check(host: string | undefined, origin: string | undefined): void {
    if (host === undefined || !this.#isAllowed(hostNameOf(`http://${host}`))) {
      throw new ApiError(403, `refused: Host "${host ?? ''}" is not a name of this server (ALLOWED_HOSTS adds names)`)
    }
    if (origin !== undefined && !this.#isAllowed(hostNameOf(origin))) {
      throw new ApiError(403, `refused: requests from Origin "${origin}" are not allowed (ALLOWED_HOSTS adds names)`)
    }
  }

  #isAllowed(name: string | undefined): boolean {
    if (name === undefined) return false
    if (name === 'localhost' || name === '[::1]') return true
    if (isIPv4(name) && name.startsWith('127.')) return true
    return this.#allowed.has(name)
  }
}

function hostNameOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  return new URL(url).hostname.toLowerCase()
}
