// Sends one checkout and finds it in logs, trace and metrics.
import { activeFaults, describeFault } from './lab/active-faults.ts'
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
    const lab = await runningLab(values['port-offset'])
    const proof = await proveCheckout(lab)
    const faults = isProven(proof) ? [] : await activeFaults(lab)
    out.json({ ...proofJson(proof), faults })
    printProof(proof, out)
    for (const fault of faults) out.error(out.aimed(`${describeFault(fault)}; off with: ${fault.off}`))
    return isProven(proof) ? EXIT.ok : EXIT.failed
  },
})
