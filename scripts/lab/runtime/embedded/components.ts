// The table of what the embedded lab consists of: for each component how it is started, when it is ready, what it needs
// first and what to try when it fails. Owns no lifecycle (start-lab.ts, stop-lab.ts do) and no proof.
import { join } from 'node:path'
import { foreignAgentArguments, staticModeArguments } from './foreign-agent.ts'
import type { LabDescription } from '../../lab-description.ts'
import { url } from '../../lab-description.ts'
import { nodeExporterOnPath } from '../../machine/programs-on-path.ts'
import { PORT_NAMES, PORTS } from '../../ports.ts'
import type { PortName } from '../../ports.ts'
import { HOST, ROOT } from '../../settings.ts'
import type { ReadyCheck } from '../../readiness.ts'
import { httpReady } from '../../readiness.ts'
import { stateDirectory } from '../../state-directory.ts'

export type ComponentName =
  | 'postgres'
  | 'backend'
  | 'agent'
  | 'inventory'
  | 'payment'
  | 'checkout'
  | 'gateway'
  | 'console'
  | 'node-exporter'

export interface Launch {
  command: string
  args: string[]
  env: Record<string, string | undefined>
}

export interface Component {
  name: ComponentName
  /** What listens, each on one port of the lab. */
  ports: PortName[]
  /** Started only when these are ready. */
  needs: ComponentName[]
  /** Undefined: Postgres, which has its own launcher (postgres.ts). */
  launch: ((lab: LabDescription) => Launch) | undefined
  ready: (lab: LabDescription) => ReadyCheck[]
  startTimeoutMs: number
  /** How long it may take to end by itself. */
  graceMs: number
  advice: string
}

/** Alone on 2 cores every component is ready within 2 s; a loaded machine may take ten times that. */
const START_TIMEOUT_MS = 30_000
const GRACE_MS = 12_000

/**
 * The Node processes are many and mostly idle, so small heaps matter more than throughput. Resident memory of the gateway
 * at rest: 122 MB as Node comes, 104 MB with these flags (a young generation of 1 MB instead of 16 MB), 89 MB with one
 * malloc arena on top (ONE_ARENA; glibc makes up to 8 per core). The backend: 217 MB, 152 MB. One V8 helper thread instead of
 * four costs 0.59 s of CPU to start the gateway instead of 0.69 s; --optimize-for-size gave no memory back and cost 0.1 s.
 */
const SMALL_HEAP = ['--max-semi-space-size=1', '--v8-pool-size=1']
/** It decodes batches and evaluates queries, whose garbage a young generation of 1 MB would promote. */
const BACKEND_HEAP = ['--max-semi-space-size=4']
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' }

export function embeddedComponents(lab: LabDescription): Component[] {
  const database: ComponentName[] = lab.ownDatabase ? [] : ['postgres']
  return [
    ...(lab.ownDatabase ? [] : [postgres]),
    backend,
    lab.agentBin === undefined ? builtinAgent : foreignAgent(lab.agentBin, lab.agentConfig),
    service('inventory', { needs: database }),
    service('payment', { needs: database }),
    service('checkout', { needs: database }),
    service('gateway', { needs: [] }),
    consoleServer,
    ...nodeExporterOnPath().map(hostExporter),
  ]
}

const postgres: Component = {
  name: 'postgres',
  ports: ['postgres'],
  needs: [],
  launch: undefined,
  ready: () => [],
  startTimeoutMs: START_TIMEOUT_MS,
  graceMs: 10_000,
  advice: 'npm run logs -- postgres; a Postgres of your own can be used with DATABASE_URL',
}

const backend: Component = {
  name: 'backend',
  ports: ['loki', 'tempo', 'prometheus', 'tempoOtlpGrpc', 'tempoOtlpHttp'],
  needs: [],
  launch: (lab) => ({
    command: process.execPath,
    args: [
      ...BACKEND_HEAP,
      // Tests put the real servers here (test/peers).
      process.env['PLAYGROUND_BACKEND'] || 'backend/src/main.ts',
      ...(lab.memory ? ['--memory'] : ['--data-dir', stateDirectory(lab.stateDir).data]),
    ],
    env: {
      LOKI_PORT: String(lab.ports.loki),
      TEMPO_PORT: String(lab.ports.tempo),
      PROMETHEUS_PORT: String(lab.ports.prometheus),
      TEMPO_OTLP_GRPC_PORT: String(lab.ports.tempoOtlpGrpc),
      TEMPO_OTLP_HTTP_PORT: String(lab.ports.tempoOtlpHttp),
      LOKI_OTLP_INDEX_LABELS: 'job,level',
      PROMETHEUS_RULE_FILES: process.env['PROMETHEUS_RULE_FILES'] ?? join(ROOT, 'grafana/alerts.prometheus.yaml'),
    },
  }),
  ready: (lab) => [
    httpReady(`${url(lab, 'loki')}/ready`, /ready/i),
    httpReady(`${url(lab, 'tempo')}/ready`, /ready/i),
    httpReady(`${url(lab, 'prometheus')}/-/ready`, /ready/i),
  ],
  startTimeoutMs: START_TIMEOUT_MS,
  graceMs: GRACE_MS,
  advice: 'npm run logs -- backend; data that cannot be opened can be forgotten with npm run down -- --volumes',
}

const builtinAgent: Component = {
  name: 'agent',
  ports: [
    'agent',
    'agentOtlpGrpc',
    'agentOtlpHttp',
    ...(nodeExporterOnPath().length > 0 ? [] : (['nodeExporter'] as const)),
  ],
  needs: [],
  launch: (lab) => ({
    command: process.execPath,
    args: [
      ...SMALL_HEAP,
      'agent/builtin/src/main.ts',
      ...staticModeArguments(lab.agentConfig, lab),
      ...(nodeExporterOnPath().length > 0 ? [] : [`-host-metrics.address=${HOST}:${lab.ports.nodeExporter}`]),
    ],
    env: agentEnvironment(lab),
  }),
  ready: (lab) => [httpReady(`${url(lab, 'agent')}/-/ready`, /ready/i)],
  startTimeoutMs: START_TIMEOUT_MS,
  graceMs: GRACE_MS,
  advice: 'npm run logs -- agent; a fault in its configuration is named there by path',
}

/** Any collector: what it answers when ready is its own affair, so it is ready when it takes OTLP. */
function foreignAgent(command: string, config: string | undefined): Component {
  return {
    ...builtinAgent,
    ports: ['agentOtlpGrpc', 'agentOtlpHttp'],
    launch: (lab) => ({
      command,
      args: foreignAgentArguments(command, config, lab),
      env: agentEnvironment(lab),
    }),
    ready: (lab) => [acceptsOtlp(url(lab, 'agentOtlpHttp'))],
    advice: `npm run logs -- agent; ${command} read ${config ?? 'its default configuration'}`,
  }
}

/** An empty export request is valid and changes nothing. */
function acceptsOtlp(base: string): ReadyCheck {
  return async (signal) => {
    const response = await fetch(`${base}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"resourceSpans":[]}',
      signal,
    })
    return response.status === 200
      ? { ready: true }
      : { ready: false, saw: `${base}/v1/traces answered ${response.status}` }
  }
}

/** What every file in agent/ reads from its environment (docs/adr/0005-docker-runtime.md). */
function agentEnvironment(lab: LabDescription): Record<string, string> {
  const state = stateDirectory(lab.stateDir)
  return {
    LOKI_URL: url(lab, 'loki'),
    PROMETHEUS_URL: url(lab, 'prometheus'),
    TEMPO_OTLP_ENDPOINT: address(lab, 'tempoOtlpGrpc'),
    GATEWAY_OPS_ADDRESS: address(lab, 'gatewayOps'),
    CHECKOUT_OPS_ADDRESS: address(lab, 'checkoutOps'),
    INVENTORY_OPS_ADDRESS: address(lab, 'inventoryOps'),
    PAYMENT_OPS_ADDRESS: address(lab, 'paymentOps'),
    NODE_EXPORTER_ADDRESS: address(lab, 'nodeExporter'),
    LOKI_ADDRESS: address(lab, 'loki'),
    TEMPO_ADDRESS: address(lab, 'tempo'),
    PROMETHEUS_ADDRESS: address(lab, 'prometheus'),
    AGENT_ADDRESS: address(lab, 'agent'),
    AGENT_HOST: HOST,
    // The collector's health_check: nobody asks for it here (foreignAgent), so a second lab need not move its port either.
    AGENT_HEALTH_ENDPOINT: `${HOST}:0`,
    AGENT_OTLP_GRPC_ENDPOINT: address(lab, 'agentOtlpGrpc'),
    AGENT_OTLP_HTTP_ENDPOINT: address(lab, 'agentOtlpHttp'),
    LOG_DIR: state.logs,
    AGENT_DATA_DIR: state.agent,
  }
}

const address = (lab: LabDescription, port: PortName) => `${HOST}:${lab.ports[port]}`

function service(
  name: 'gateway' | 'checkout' | 'inventory' | 'payment',
  { needs }: { needs: ComponentName[] },
): Component {
  const opsPort = `${name}Ops` as const
  return {
    name,
    ports: [name, opsPort],
    needs,
    launch: (lab) => ({
      command: process.execPath,
      args: [...SMALL_HEAP, `services/${name}/src/main.ts`],
      env: {
        // Some shells and tools export HOST; it means something else there.
        HOST,
        OPS_HOST: HOST,
        DATABASE_URL: lab.databaseUrl,
        CHECKOUT_URL: url(lab, 'checkout'),
        INVENTORY_URL: url(lab, 'inventory'),
        PAYMENT_URL: url(lab, 'payment'),
        LOG_DIR: stateDirectory(lab.stateDir).logs,
        OTEL_EXPORTER_OTLP_ENDPOINT: url(lab, 'agentOtlpHttp'),
      },
    }),
    ready: (lab) => [httpReady(`${url(lab, opsPort)}/health`, /"status"\s*:\s*"(ok|up|ready)"/)],
    startTimeoutMs: START_TIMEOUT_MS,
    graceMs: GRACE_MS,
    advice: `npm run logs -- ${name}`,
  }
}

const consoleServer: Component = {
  name: 'console',
  ports: ['console'],
  needs: [],
  launch: (lab) => ({
    command: process.execPath,
    args: [...SMALL_HEAP, 'console/server/main.ts'],
    env: {
      CONSOLE_PORT: String(lab.ports.console),
      LOKI_URL: url(lab, 'loki'),
      TEMPO_URL: url(lab, 'tempo'),
      PROMETHEUS_URL: url(lab, 'prometheus'),
      GATEWAY_URL: url(lab, 'gateway'),
      GATEWAY_OPS_URL: url(lab, 'gatewayOps'),
      CHECKOUT_OPS_URL: url(lab, 'checkoutOps'),
      INVENTORY_OPS_URL: url(lab, 'inventoryOps'),
      PAYMENT_OPS_URL: url(lab, 'paymentOps'),
      AGENT_URL: url(lab, 'agent'),
    },
  }),
  ready: (lab) => [httpReady(`${url(lab, 'console')}/`, /<html/i)],
  startTimeoutMs: START_TIMEOUT_MS,
  graceMs: GRACE_MS,
  advice: 'npm run logs -- console; the page itself is built with npm run build -w console',
}

function hostExporter(command: string): Component {
  return {
    name: 'node-exporter',
    ports: ['nodeExporter'],
    needs: [],
    launch: (lab) => ({ command, args: [`--web.listen-address=${HOST}:${lab.ports.nodeExporter}`], env: {} }),
    ready: (lab) => [httpReady(`${url(lab, 'nodeExporter')}/metrics`, /node_cpu_seconds_total/)],
    startTimeoutMs: START_TIMEOUT_MS,
    graceMs: 5_000,
    advice: 'npm run logs -- node-exporter',
  }
}

/** Everything a process of the lab gets to see: the caller's environment, where all ports are, and what is its own. */
export function processEnvironment(lab: LabDescription, launch: Launch): Record<string, string | undefined> {
  return {
    ...process.env,
    ...Object.fromEntries(PORT_NAMES.map((name) => [PORTS[name].env, String(lab.ports[name])])),
    // The ports above are final: a process must not move them once more.
    LAB_PORT_OFFSET: undefined,
    ...ONE_ARENA,
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(ROOT, '.playground/cache/compile'),
    ...launch.env,
  }
}
