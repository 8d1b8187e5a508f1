import { COMMON_OPTIONS, EXIT, runCommand } from '../command-line/command.ts'
import { runningLab } from '../current-lab.ts'
import { LabError } from '../lab-error.ts'
import { followAll } from './where.ts'

export async function whereCommand(argv: string[]): Promise<void> {
  await runCommand(
    {
      name: 'collector',
      positionals: 'where',
      maxPositionals: 1,
      summary: 'Where did my data go? One tagged log line, span and sample through the running lab, hop by hop.',
      options: COMMON_OPTIONS,
      exitCodes: {
        0: 'all three arrived',
        1: 'one did not; the hop and the reason are named',
        2: 'wrong usage or settings',
      },
      examples: ['npm run collector -- where', 'npm run --silent collector -- where --json'],
      async run({ values, out }) {
        const lab = await runningLab(values['port-offset'])
        if (lab.runtime === 'docker')
          throw new LabError(
            'where follows a log file of this machine, and the log files of a lab in Docker are in its volumes',
            { advice: 'npm run checkout' },
          )
        const ways = await followAll(lab)
        out.json({ ways })
        for (const { item, tag, hops, stopped } of ways) {
          out.line(`${item} ${tag}`)
          for (const { at, afterMs } of hops)
            out.line(`  ${out.style('ok', '✓')} ${String(afterMs).padStart(6)} ms  ${at}`)
          if (stopped !== undefined) {
            out.line(`  ${out.style('bad', '✗')}            ${stopped.at}`)
            out.line(`      ${stopped.reason}`)
          }
        }
        return ways.every(({ stopped }) => stopped === undefined) ? EXIT.ok : EXIT.failed
      },
    },
    argv,
  )
}
