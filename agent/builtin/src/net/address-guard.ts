// DNS rebinding: a page of evil.example whose name now resolves to 127.0.0.1 sends `Host: evil.example`. An IP literal
// or localhost cannot be such a name, so those pass; any other name must be allowed explicitly.
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'

export interface AddressGuard {
  /** Why the request is refused, or undefined. */
  refusal(request: IncomingMessage): string | undefined
  /** The same for gRPC, where `:authority` is what Host is. */
  refusalOfAuthority(authority: string | undefined): string | undefined
}

/** Host name of a Host header or URL authority, without port and brackets, lower case. */
function nameOf(authority: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(authority)
  return (bracketed?.[1] ?? authority.replace(/:\d+$/, '')).toLowerCase().replace(/\.$/, '')
}

export function createAddressGuard(allowedHosts: readonly string[]): AddressGuard {
  const allowed = new Set(['localhost', hostname().toLowerCase(), ...allowedHosts.map((host) => host.toLowerCase())])
  const isAllowed = (authority: string): boolean => {
    const name = nameOf(authority)
    return allowed.has('*') || allowed.has(name) || isIP(name) !== 0 || name.endsWith('.localhost')
  }
  return {
    refusalOfAuthority: (authority = '') =>
      isAllowed(authority) ? undefined : `:authority "${authority}" is not one of this agent's names`,
    refusal(request) {
      const { host, origin } = request.headers
      if (host === undefined || !isAllowed(host)) return `Host "${host ?? ''}" is not one of this agent's names`
      if (origin === undefined) return undefined
      const authority = URL.canParse(origin) ? new URL(origin).host : ''
      return authority !== '' && isAllowed(authority) ? undefined : `Origin "${origin}" is foreign`
    },
  }
}
