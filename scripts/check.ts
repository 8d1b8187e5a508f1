// Everything CI checks apart from the tests, cheap first: format, lint, types, unused code, documents.
import { join } from 'node:path'
import { runToCompletion } from './lab/command-line/child-output.ts'
import { COMMON_OPTIONS, EXIT, runCommand } from './lab/command-line/command.ts'
import { formatDuration } from './lab/command-line/output.ts'
import { ROOT } from './lab/settings.ts'

interface Check {
  name: string
  command: string[]
  /** Repairs what it can. */
  fix?: string[]
}

const bin = (name: string) => join(ROOT, 'node_modules/.bin', name)

const CHECKS: Check[] = [
  { name: 'format', command: [bin('oxfmt'), '--check', '.'], fix: [bin('oxfmt'), '.'] },
  { name: 'lint', command: [bin('oxlint'), '--type-aware', '--deny-warnings', '.'] },
  { name: 'types', command: [bin('tsc'), '-p', '.'] },
  { name: 'types of the console', command: [bin('tsc'), '-p', 'console/web', '--noEmit'] },
  { name: 'unused code', command: [bin('knip'), '--no-progress'] },
  { name: 'documents', command: [process.execPath, '--test', 'test/docs.test.ts'] },
]

await runCommand({
  name: 'check',
  summary: 'Everything CI checks apart from the tests, cheap first: format, lint, types, unused code, documents.',
  description: 'Every check runs even when one before it failed, and the last line names all that did.',
  options: {
    fix: { type: 'boolean', help: 'repair the format first' },
    json: COMMON_OPTIONS.json,
  },
  exitCodes: { 0: 'all checks passed', 1: 'at least one failed; the last line names them', 2: 'wrong usage' },
  examples: ['npm run check', 'npm run check -- --fix'],
  async run({ values, out }) {
    const results: { name: string; passed: boolean; durationMs: number; output: string }[] = []
    for (const { name, command, fix } of CHECKS) {
      out.transient(`${name} …`)
      const startedAt = performance.now()
      if (values.fix && fix !== undefined) await runTool(fix)
      const { exitCode, output } = await runTool(command)
      const result = { name, passed: exitCode === 0, durationMs: performance.now() - startedAt, output }
      results.push(result)
      const mark = result.passed ? out.style('ok', '✓') : out.style('bad', '✗')
      out.line(`${mark} ${name} (${formatDuration(result.durationMs)})`)
      if (!result.passed) out.line(output.replace(/^/gm, '  ').trimEnd())
    }
    const failed = results.filter(({ passed }) => !passed).map(({ name }) => name)
    out.json({ passed: failed.length === 0, checks: results })
    out.line(failed.length === 0 ? 'all checks passed' : `checks failed: ${failed.join(', ')}`)
    return failed.length === 0 ? EXIT.ok : EXIT.failed
  },
})

function runTool([command = '', ...args]: string[]) {
  return runToCompletion(command, args, { cwd: ROOT })
}
