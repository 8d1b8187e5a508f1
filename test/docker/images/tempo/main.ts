// The embedded Tempo in Tempo's place: started by `/tempo -config.file=...`, it takes from that file its ports, its folder and where
// the metrics generator writes, and leaves the rest, which is about parts it does not have.
import { mkdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { startTempo } from '../../../../backend/src/tempo/index.ts'
import { defaultLimits, defaultRetention } from '../../../../backend/src/server-options.ts'

const flag = process.argv.find((word) => /^--?config\.file=/.test(word))
if (flag === undefined) throw new Error('expected -config.file=PATH')
const text = readFileSync(flag.slice(flag.indexOf('=') + 1), 'utf8')
const config: unknown = parse(
  text.replaceAll(
    /\$\{(\w+)(?::-?([^}]*))?\}/g,
    (_, name: string, fallback: string | undefined) => process.env[name] ?? fallback ?? '',
  ),
)

const dataDir = textAt('/var/tempo', 'storage', 'trace', 'local', 'path')
mkdirSync(dataDir, { recursive: true })
const remoteWriteUrl = at('metrics_generator', 'storage', 'remote_write', '0', 'url')
const server = await startTempo({
  host: '0.0.0.0',
  port: Number(at('server', 'http_listen_port') ?? 3200),
  otlpGrpcPort: portOf(textAt(':4317', 'distributor', 'receivers', 'otlp', 'protocols', 'grpc', 'endpoint')),
  otlpHttpPort: portOf(textAt(':4318', 'distributor', 'receivers', 'otlp', 'protocols', 'http', 'endpoint')),
  dataDir,
  allowedHosts: ['tempo'],
  retention: defaultRetention,
  limits: defaultLimits,
  ...(typeof remoteWriteUrl === 'string' && { remoteWriteUrl }),
})
process.stdout.write(`the embedded Tempo answers at ${server.url}\n`)
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void server.close().then(() => process.exit(0)))

function at(...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
    config,
  )
}

function textAt(fallback: string, ...path: string[]): string {
  const value = at(...path)
  return typeof value === 'string' ? value : fallback
}

function portOf(endpoint: string): number {
  return Number(endpoint.slice(endpoint.lastIndexOf(':') + 1))
}
