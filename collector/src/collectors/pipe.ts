import { fileURLToPath } from 'node:url'
import type { Exposition } from '@playground/protocol/exposition'
import type { DefectName } from '../pipe/defects.ts'
import type { CollectorAdapter, SelfReport } from './adapter.ts'

const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
const main = fileURLToPath(new URL(`../pipe/main${extension}`, import.meta.url))

/** The pipe that does everything right, or one thing wrong. */
export function pipe(defect: DefectName = 'none'): CollectorAdapter {
  return {
    name: defect === 'none' ? 'pipe' : `pipe that ${defect.replaceAll('-', ' ')}`,
    config: JSON.stringify({
      defect,
      otlpHttpPort: '{{OTLP_HTTP_PORT}}',
      otlpGrpcPort: '{{OTLP_GRPC_PORT}}',
      selfPort: '{{SELF_PORT}}',
      logDir: '{{LOG_DIR}}',
      dataDir: '{{DATA_DIR}}',
      scrapeTarget: '{{SCRAPE_TARGET}}',
      tracesUrl: '{{TRACES_OTLP_HTTP}}',
      logsUrl: '{{LOGS_OTLP_HTTP}}',
      lokiPushUrl: '{{LOKI_PUSH_URL}}',
      metricsUrl: '{{METRICS_OTLP_HTTP}}',
      remoteWriteUrl: '{{REMOTE_WRITE_URL}}',
    }).replaceAll(/"(\{\{\w+_PORT\}\})"/g, '$1'),
    configExtension: '.json',
    declares: ['disk-queue', 'parses-json-lines', 'exemplars', 'books', 'external-labels', 'reload'],
    command: ({ configFile }) => ({ program: process.execPath, args: [main, configFile] }),
    readyUrl: (at) => `http://127.0.0.1:${at.SELF_PORT}/`,
    metricsUrl: (at) => `http://127.0.0.1:${at.SELF_PORT}/metrics`,
    readBooks: readPipeBooks,
    reload: { kind: 'signal', signal: 'SIGHUP' },
    graceMs: 10_000,
  }
}

function readPipeBooks({ samples }: Exposition): SelfReport[] {
  const of = (name: string, signal: string): number =>
    samples.find(({ labels }) =>
      labels.every(([label, value]) => (label === '__name__' ? value === name : value === signal)),
    )?.value ?? 0
  return (['traces', 'logs', 'metrics'] as const).map((signal) => ({
    signal,
    received: of('pipe_received_total', signal),
    sent: of('pipe_sent_total', signal),
    dropped: 0,
    queued: 0,
  }))
}
