// Owns the trace SDK of a process: resource, instrumentations, export. Loaded before anything it instruments (register.ts).
import { FastifyOtelInstrumentation } from '@fastify/otel'
import { context, createContextKey } from '@opentelemetry/api'
import type { Context } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace'
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions'
import type { FastifyRequest } from 'fastify'
import { ClientFaultSpanProcessor } from './client-fault-span-processor.ts'
import { telemetryConfig } from './config.ts'
import { summariseQuery } from './query-summary.ts'
import {
  ATTR_DEPLOYMENT_ENVIRONMENT_NAME,
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAMESPACE,
  ATTR_URL_TEMPLATE,
  serviceNamespace,
} from './semconv.ts'
import { service } from './service-identity.ts'

const urlTemplateKey = createContextKey('playground url.template')

/** Names the client span of the request made in this context: `GET /orders/:id` instead of `GET`. */
export function withUrlTemplate(template: string): Context {
  return context.active().setValue(urlTemplateKey, template)
}

/** One server span a request. Its hook and handler spans would double the tree without adding a place where time is spent. */
export const fastifyInstrumentation = new FastifyOtelInstrumentation({
  instrumentHooks: false,
  instrumentHandler: false,
  recordExceptions: false, // error-response.ts records those that are failures
  requestHook: (span, request: FastifyRequest) => {
    const { method, routeOptions, url, hostname, port, protocol, ip, headers, raw } = request
    // An unknown path is not part of the name: names must stay few.
    span.updateName(routeOptions.url === undefined ? method : `${method} ${routeOptions.url}`)
    const [path, query] = splitOnce(url, '?')
    span.setAttributes({
      [ATTR_URL_PATH]: path,
      [ATTR_URL_QUERY]: query,
      [ATTR_URL_SCHEME]: protocol,
      [ATTR_SERVER_ADDRESS]: hostname,
      [ATTR_SERVER_PORT]: port ?? undefined,
      [ATTR_CLIENT_ADDRESS]: ip,
      [ATTR_NETWORK_PROTOCOL_VERSION]: raw.httpVersion,
      [ATTR_USER_AGENT_ORIGINAL]: headers['user-agent'],
    })
  },
})

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}

const undiciInstrumentation = new UndiciInstrumentation({
  requireParentforSpans: true,
  requestHook: (span, { method }) => {
    const template = context.active().getValue(urlTemplateKey)
    if (typeof template !== 'string') return
    span.updateName(`${method} ${template}`)
    span.setAttribute(ATTR_URL_TEMPLATE, template)
  },
})

const pgInstrumentation = new PgInstrumentation({
  // Health checks and background jobs make no traces of one span each.
  requireParentSpan: true,
  requestHook: (span, { query }) => {
    const { operation, collection, summary } = summariseQuery(query.text)
    span.updateName(summary)
    span.setAttributes({
      [ATTR_DB_OPERATION_NAME]: operation,
      [ATTR_DB_COLLECTION_NAME]: collection,
      [ATTR_DB_QUERY_SUMMARY]: summary,
    })
  },
})

const sdk = new NodeSDK({
  resource: resourceFromAttributes({
    [ATTR_SERVICE_NAME]: service.name,
    [ATTR_SERVICE_VERSION]: service.version,
    [ATTR_SERVICE_NAMESPACE]: serviceNamespace,
    [ATTR_SERVICE_INSTANCE_ID]: telemetryConfig.instanceId,
    [ATTR_DEPLOYMENT_ENVIRONMENT_NAME]: telemetryConfig.deploymentEnvironment,
  }),
  resourceDetectors: [envDetector],
  instrumentations: [fastifyInstrumentation, undiciInstrumentation, pgInstrumentation],
  spanProcessors: [
    new ClientFaultSpanProcessor(),
    new BatchSpanProcessor({
      exporter: new OTLPTraceExporter({ url: `${telemetryConfig.otlpEndpoint}/v1/traces`, timeoutMillis: 5_000 }),
      // A trace is to be found about as soon as its log lines; the SDK's default is 5 s.
      scheduledDelayMillis: 200,
      exportTimeoutMillis: 5_000,
    }),
  ],
  // Metrics are prom-client's (the SDK exports no exemplars), logs are pino's.
  metricReaders: [],
  logRecordProcessors: [],
})

export function startTracing(): void {
  sdk.start()
}

/** Sends what is queued, waiting at most `timeoutMs`: an agent that is down must not hold up the exit. */
export async function stopTracing(timeoutMs = 1_000): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, timeoutMs)
  await Promise.race([sdk.shutdown(), deadline])
  clearTimeout(timer)
}
