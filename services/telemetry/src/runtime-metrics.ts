import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { telemetryConfig } from './config.ts'
import { createCounter, createGauge } from './metrics.ts'
import { ATTR_DEPLOYMENT_ENVIRONMENT_NAME, serviceNamespace } from './semconv.ts'
import { service } from './service-identity.ts'

/** Samples every 20 ms, so that an idle service wakes up 50 times a second and not 100. */
const lagResolutionMs = 20

/** prom-client's names for what dashboards of Node services draw; its own collectors would add 30 more series. */
export function collectRuntimeMetrics(): void {
  collectEventLoop()
  collectProcess()
  describeTarget()
}

function collectEventLoop(): void {
  const delay = monitorEventLoopDelay({ resolution: lagResolutionMs })
  delay.enable()
  const lagSeconds = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - lagResolutionMs / 1e3)

  const lagMax = createGauge({
    name: 'nodejs_eventloop_lag_max_seconds',
    help: 'Longest delay of the event loop since the last scrape.',
  })
  createGauge({
    name: 'nodejs_eventloop_lag_seconds',
    help: 'Delay of the event loop since the last scrape.',
    labels: ['quantile'],
    collect: (metric) => {
      for (const percent of [50, 90, 99])
        metric.set({ quantile: String(percent / 100) }, lagSeconds(delay.percentile(percent)))
      lagMax.set(lagSeconds(delay.max))
      delay.reset()
    },
  })

  let lastUtilization = performance.eventLoopUtilization()
  createGauge({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of time the event loop was busy since the last scrape.',
    collect: (metric) => {
      const now = performance.eventLoopUtilization()
      metric.set(performance.eventLoopUtilization(now, lastUtilization).utilization)
      lastUtilization = now
    },
  })
}

function collectProcess(): void {
  createGauge({
    name: 'process_start_time_seconds',
    help: 'Start of the process, in seconds since 1970.',
  }).set(Math.round(performance.timeOrigin) / 1e3)
  createGauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory.',
    collect: (metric) => {
      metric.set(process.memoryUsage.rss())
    },
  })
  createGauge({
    name: 'nodejs_heap_size_used_bytes',
    help: 'Heap in use.',
    collect: (metric) => {
      metric.set(process.memoryUsage().heapUsed)
    },
  })
  let lastSeconds = 0
  createCounter({
    name: 'process_cpu_seconds',
    help: 'CPU time, user and system.',
    collect: (metric) => {
      const { user, system } = process.cpuUsage()
      metric.inc((user + system) / 1e6 - lastSeconds)
      lastSeconds = (user + system) / 1e6
    },
  })
}

/** The resource, as the OpenTelemetry-to-Prometheus rules spell it. */
function describeTarget(): void {
  const labels = {
    service_name: service.name,
    service_namespace: serviceNamespace,
    service_version: service.version,
    service_instance_id: telemetryConfig.instanceId,
    [ATTR_DEPLOYMENT_ENVIRONMENT_NAME.replaceAll('.', '_')]: telemetryConfig.deploymentEnvironment,
  }
  createGauge({ name: 'target_info', help: 'Resource of this process.', labels: Object.keys(labels) }).set(labels, 1)
}
