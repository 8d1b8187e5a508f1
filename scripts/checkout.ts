// Sends one checkout and finds it in logs, trace and metrics.
import { COMMON_OPTIONS, EXIT, runCommand } from './lab/command-line/command.ts'
import { runningLab } from './lab/current-lab.ts'
import { proveCheckout } from './lab/proof/proof.ts'
import { isProven, printProof, proofJson } from './lab/proof/proof-report.ts'

await runCommand({
  name: 'checkout',
  summary: 'Sends one checkout and finds it in logs, trace and metrics.',
  options: COMMON_OPTIONS,
  exitCodes: {
    0: 'the checkout was answered 201 and found in all three stores',
    1: 'it was not; what is missing is named',
    2: 'wrong usage or settings',
  },
  examples: ['npm run checkout', 'npm run --silent checkout -- --json | jq -r .traceId'],
  async run({ values, out }) {
    const proof = await proveCheckout(runningLab(values['port-offset']))
    out.json(proofJson(proof))
    printProof(proof, out)
    return isProven(proof) ? EXIT.ok : EXIT.failed
  },
})
