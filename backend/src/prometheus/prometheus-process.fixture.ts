/** Runs the server in a process of its own, so that a test can kill it: `node prometheus-process.fixture.ts FOLDER`. */
import { defaultLimits, defaultRetention } from '../server-options.ts'
import { startPrometheus } from './index.ts'

const server = await startPrometheus({
  host: '127.0.0.1',
  port: 0,
  dataDir: process.argv[2],
  allowedHosts: [],
  limits: defaultLimits,
  retention: defaultRetention,
})
process.stdout.write(`${server.url}\n`)
