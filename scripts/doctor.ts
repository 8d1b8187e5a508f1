// Checks whether this machine can run the lab, and what to try where it cannot.
import { COMMON_OPTIONS, EXIT, runCommand } from './lab/command-line/command.ts'
import { currentLab } from './lab/current-lab.ts'
import { examine } from './lab/examination.ts'
import { table } from './lab/command-line/output.ts'

await runCommand({
  name: 'doctor',
  summary: 'Checks whether this machine can run the lab, and what to try where it cannot.',
  description:
    'Looks at Node, the installed packages, Postgres, every port, disk, clock, and optional programs. Changes nothing.',
  options: COMMON_OPTIONS,
  exitCodes: {
    0: 'nothing stands in the way',
    1: 'something does: it is marked, with what to try',
    2: 'wrong usage or settings',
  },
  examples: ['npm run doctor', 'npm run --silent doctor -- --json'],
  async run({ values, out }) {
    const findings = await examine(await currentLab(values['port-offset']))
    const healthy = findings.every(({ verdict }) => verdict !== 'bad')
    out.json({ healthy, findings })
    const marks = { ok: out.style('ok', 'ok'), note: out.style('dim', 'note'), bad: out.style('bad', 'BAD') }
    for (const line of table(findings.map(({ what, verdict, found }) => [marks[verdict], what, found]))) out.line(line)
    for (const { what, advice } of findings) if (advice !== undefined) out.line(`Try, for ${what}: ${advice}`)
    return healthy ? EXIT.ok : EXIT.failed
  },
})
