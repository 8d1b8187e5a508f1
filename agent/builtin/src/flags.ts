// Command-line flags, named as Grafana Agent's; one hyphen or two, `=value` or the next argument, as Go's flag package reads them.

type FlagKind = 'text' | 'bool' | 'duration' | 'list'

interface Flag {
  readonly kind: FlagKind
  readonly help: string
  readonly fallback: string
  /** Accepted so that Grafana Agent's command lines run; changes nothing. */
  readonly withoutEffect?: true
}

export const FLAGS = {
  'config.file': { kind: 'text', fallback: '', help: 'configuration file (Grafana Agent static mode, YAML)' },
  'config.expand-env': { kind: 'bool', fallback: 'false', help: 'replace ${VAR} and ${VAR:-default} in the file before it is read' },
  'config.check': { kind: 'bool', fallback: 'false', help: 'read the configuration, report every fault, and exit (built-in agent only)' },
  'server.http.address': { kind: 'text', fallback: '127.0.0.1:12345', help: "address of the agent's own page" },
  'server.http.allowed-hosts': { kind: 'list', fallback: '', help: 'host names, comma separated, that may be used to reach the page and the OTLP receivers besides localhost and IP addresses; * allows any (built-in agent only)' },
  'server.graceful-shutdown-timeout': { kind: 'duration', fallback: '5s', help: 'how long SIGTERM may take to drain; what is still queued then stays on disk' },
  'metrics.wal-directory': { kind: 'text', fallback: '', help: 'where samples wait, when the file has no metrics.wal_directory (default data-agent/)' },
  'storage.path': { kind: 'text', fallback: '', help: 'where accepted spans wait (default: traces/ beside the WAL; built-in agent only)' },
  'host-metrics.address': { kind: 'text', fallback: '', help: "serve host metrics under node_exporter's names here, e.g. 127.0.0.1:9100 (default: not; built-in agent only)" },
  'disable-support-bundle': { kind: 'bool', fallback: 'false', help: 'there are no support bundles', withoutEffect: true },
  'disable-reporting': { kind: 'bool', fallback: 'false', help: 'nothing is ever reported', withoutEffect: true },
  'server.grpc.address': { kind: 'text', fallback: '', help: 'the built-in agent has no gRPC API of its own', withoutEffect: true },
  version: { kind: 'bool', fallback: 'false', help: 'print the version and exit' },
  help: { kind: 'bool', fallback: 'false', help: 'print this and exit' },
} as const satisfies Record<string, Flag> // prettier-ignore

export type FlagName = keyof typeof FLAGS
export type FlagValues = Record<FlagName, string>

export class FlagError extends Error {}

const isFlag = (name: string): name is FlagName => Object.hasOwn(FLAGS, name)

/** @throws FlagError naming the flag */
export function parseFlags(
  args: readonly string[],
  nearest: (name: string, known: string[]) => string | undefined,
): FlagValues {
  const values = Object.fromEntries(Object.entries(FLAGS).map(([name, flag]) => [name, flag.fallback])) as FlagValues
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    const match = /^--?([a-z][a-z.-]*)(?:=([^]*))?$/.exec(arg)
    if (match === null) throw new FlagError(`${arg}: expected a flag`)
    const name = match[1] === 'h' ? 'help' : (match[1] ?? '')
    if (!isFlag(name)) {
      const near = nearest(name, Object.keys(FLAGS))
      throw new FlagError(`-${name}: unknown flag${near === undefined ? '' : `; did you mean -${near}?`} (see -help)`)
    }
    if (match[2] !== undefined) values[name] = match[2]
    else if (FLAGS[name].kind === 'bool') values[name] = 'true'
    else {
      const next = args[++i]
      if (next === undefined) throw new FlagError(`-${name}: expected a value`)
      values[name] = next
    }
    if (FLAGS[name].kind === 'bool' && !/^(true|false|1|0)$/.test(values[name])) {
      throw new FlagError(`-${name}: expected true or false, got "${values[name]}"`)
    }
  }
  return values
}

export function helpText(): string {
  const rows = Object.entries<Flag>(FLAGS).map(([name, flag]) => {
    const value = flag.kind === 'bool' ? '' : ` <${flag.kind}>`
    const fallback = flag.fallback === '' || flag.kind === 'bool' ? '' : ` (default ${flag.fallback})`
    return `  -${name}${value}\n      ${flag.help}${fallback}${flag.withoutEffect ? '; accepted without effect' : ''}`
  })
  return `Runs a Grafana Agent static-mode configuration: scrapes metrics, tails log files, receives traces.

usage: node agent/builtin/src/main.ts -config.file=agent/grafana-agent.yaml [-config.expand-env]

${rows.join('\n')}

exit codes: 0 stopped or checked; 1 could not start or run; 2 the flags or the configuration are wrong
`
}
