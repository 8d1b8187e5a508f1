// A stand-in for node_exporter as a process of its own; the agent can also serve it itself (-host-metrics.address).
import { parseArgs } from 'node:util'
import { reasonOf } from '../log.ts'
import { createAddressGuard } from '../net/address-guard.ts'
import { startHostMetrics } from './host-metrics-server.ts'

const HELP = `Serves host metrics under node_exporter's names (cpu, memory, load, filesystem, network) at /metrics.

usage: node agent/builtin/src/node-exporter/main.ts [--web.listen-address=127.0.0.1:9100]

exit codes: 0 stopped; 1 the address is taken; 2 the flags are wrong
`

function listenAddress(): string | undefined {
  try {
    const { values } = parseArgs({
      options: {
        'web.listen-address': { type: 'string', default: '127.0.0.1:9100' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help === true) process.stdout.write(HELP)
    else if (/^[^\s/]*:\d{1,5}$/.test(values['web.listen-address'])) return values['web.listen-address']
    else throw new Error(`--web.listen-address: expected host:port, got "${values['web.listen-address']}"`)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 2
  }
  return undefined
}

// A full disk or a reader that is gone costs the line below, not the process.
process.stderr.on('error', () => {})

const address = listenAddress()
if (address !== undefined) {
  try {
    const started = await startHostMetrics(address, '--web.listen-address', createAddressGuard([]))
    process.stderr.write(`host metrics at ${started.url}/metrics\n`)
    const stop = (): void => void started.close().then(() => process.exit(0))
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`)
    process.exitCode = 1
  }
}
