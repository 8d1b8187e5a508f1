// The shipped configuration of a store with other addresses and folders: what containers run, as a process of this machine.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import { asArray, asText, field } from '../../scripts/lab/json.ts'
import { HOST, ROOT } from '../../scripts/lab/settings.ts'

export interface LocalInputs {
  loki: number
  tempo: number
  prometheus: number
  otlpGrpc: number
  otlpHttp: number
  /** Free ports, for what nobody outside asks. */
  grpc: number
  gossip: number
  home: string
  prometheusUrl: string
}

export interface LocalConfiguration {
  text: string
  /** Besides the one that names the file. */
  args: string[]
}

const shipped = (file: string) => readFileSync(join(ROOT, file), 'utf8')

export function localLoki({ home, loki, grpc }: LocalInputs): LocalConfiguration {
  const document = parseDocument(shipped('stores/loki.yaml').replaceAll(/(?<= )\/loki(?=\/|$)/gm, home))
  listen(document, loki, grpc)
  return { text: document.toString(), args: [] }
}

export function localTempo({ home, tempo, grpc, gossip, ...inputs }: LocalInputs): LocalConfiguration {
  const document = parseDocument(
    shipped('stores/tempo.yaml')
      .replaceAll('/var/tempo', home)
      .replaceAll('http://prometheus:9090', inputs.prometheusUrl)
      .replace('0.0.0.0:4317', `${HOST}:${inputs.otlpGrpc}`)
      .replace('0.0.0.0:4318', `${HOST}:${inputs.otlpHttp}`),
  )
  listen(document, tempo, grpc)
  document.setIn(['memberlist'], { bind_addr: [HOST], bind_port: gossip })
  return { text: document.toString(), args: [] }
}

export function localPrometheus({ home, prometheus }: LocalInputs): LocalConfiguration {
  const compose: unknown = parse(shipped('docker-compose.yaml'), { merge: true })
  const args = asArray(field(compose, 'services', 'prometheus', 'command')).map(asText)
  return {
    text: shipped('stores/prometheus.yaml').replace(
      '/etc/prometheus/alerts.yaml',
      join(ROOT, 'grafana/alerts.prometheus.yaml'),
    ),
    args: [
      ...args
        .filter((arg) => !arg.startsWith('--config.file='))
        .map((arg) => arg.replace('--storage.tsdb.path=/prometheus', `--storage.tsdb.path=${join(home, 'data')}`)),
      `--web.listen-address=${HOST}:${prometheus}`,
      '--log.level=warn',
    ],
  }
}

function listen(document: Document, http: number, grpc: number): void {
  for (const [protocol, port] of Object.entries({ http, grpc })) {
    document.setIn(['server', `${protocol}_listen_address`], HOST)
    document.setIn(['server', `${protocol}_listen_port`], port)
  }
}
