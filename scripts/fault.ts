// Switches a real fault on or off, and proves what it does.
import { PROVABLE_FAULTS } from './lab/active-faults.ts'
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import { runningLab } from './lab/current-lab.ts'
import { parseDurationOption } from './lab/command-line/duration-option.ts'
import { url } from './lab/lab-description.ts'
import type { Output } from './lab/command-line/output.ts'
import { proveTimeout } from './lab/proof/proof.ts'
import { isProven, printProof, proofJson } from './lab/proof/proof-report.ts'
import { readFault, switchFault } from './lab/proof/shop-client.ts'
import type { FaultState } from './lab/proof/shop-client.ts'

const MAX_FAULT_SECONDS = 3_600

await runCommand({
  name: 'fault',
  positionals: 'db-timeout on|off|status',
  maxPositionals: 2,
  summary: 'Switches a real fault on or off, and proves what it does.',
  description:
    'db-timeout: a forgotten transaction holds the lock of the stock rows until the connection pool of inventory is dry.\n' +
    '"on" then sends a checkout and shows its 503, the error line in Loki, the failed trace in Tempo and the pool in Prometheus.\n' +
    'A fault goes off by itself after --for.',
  options: {
    for: {
      type: 'string',
      value: 'DURATION',
      help: 'how long the fault stays on, for example 90s or 5m (default 60s)',
    },
    ...COMMON_OPTIONS,
  },
  exitCodes: {
    0: 'on: the timeout was seen in all three stores; off: the fault is off; status: answered',
    1: 'the fault could not be switched, or its evidence is not complete',
    2: 'wrong usage or settings',
  },
  examples: [
    'npm run fault -- db-timeout on',
    'npm run fault -- db-timeout on --for 5m',
    'npm run fault -- db-timeout off',
  ],
  async run({ values, positionals: [name = '', action = 'status'], out }) {
    const port = PROVABLE_FAULTS[name]
    if (port === undefined)
      throw new UsageError(`fault: expected one of ${Object.keys(PROVABLE_FAULTS).join(', ')}, got "${name}"`)
    const ttlSeconds = parseDurationOption('--for', values.for ?? '60s', MAX_FAULT_SECONDS)
    const lab = await runningLab(values['port-offset'])
    const ops = url(lab, port)
    switch (action) {
      case 'status':
        return show(await readFault(ops, name), out)
      case 'off':
        return show(await switchFault(ops, name, { on: false }), out)
      case 'on': {
        const state = await switchFault(ops, name, { on: true, ttlSeconds })
        out.progress(`${name} is on until ${state.expiresAt}: ${state.description}`)
        const proof = await proveTimeout(lab)
        out.json({ fault: state, proof: proofJson(proof) })
        printProof(proof, out)
        out.line(out.aimed(`\nThe fault goes off by itself; sooner with: npm run fault -- ${name} off`))
        return isProven(proof) ? EXIT.ok : EXIT.failed
      }
      default:
        throw new UsageError(`expected on, off or status, got "${action}"`)
    }
  },
})

function show(state: FaultState, out: Output): number {
  out.json({ fault: state })
  out.line(state.expiresAt === undefined ? `${state.name} is off` : `${state.name} is on until ${state.expiresAt}`)
  return EXIT.ok
}
