// Runs every test that needs no Docker.
import { globSync } from 'node:fs'
import { relative } from 'node:path'
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import { ROOT } from './lab/settings.ts'
import { TestTally } from './test-runner/test-tally.ts'
import { runTestFiles } from './test-runner/test-run.ts'

const TEST_FILES = ['{services,protocol,backend,agent,collector,console,scripts,test}/**/*.test.ts']
// `npm run test:docker` runs what needs Docker.
const OUTSIDE = new Set(['node_modules', 'dist', 'test/docker'])

await runCommand({
  name: 'test',
  positionals: '[PART_OF_A_PATH …]',
  maxPositionals: Infinity,
  summary: 'Runs every test that needs no Docker.',
  description:
    'Unit tests lie beside the sources, tests that span processes under test/. Nothing has to run before: tests that need a\n' +
    'lab start one of their own, on free ports and with a state directory of its own.\n' +
    'The last line is "N passed, N failed", with ", N skipped" when there are any.',
  options: {
    name: { type: 'string', value: 'REGEX', help: 'only tests whose name matches' },
    concurrency: { type: 'string', value: 'N', help: 'test files at the same time (default 2)' },
    verbose: { type: 'boolean', short: 'v', help: 'a line for every test, not only for every file' },
    json: { ...COMMON_OPTIONS.json, help: 'one JSON object with counts and failures before the last line' },
  },
  exitCodes: { 0: 'at least one test ran and none failed', 1: 'a test failed, or none ran', 2: 'wrong usage' },
  examples: ['npm test', 'npm test -- backend/src/loki', 'npm test -- test/ --name "trace id"'],
  async run({ values, positionals, out }) {
    const concurrency = Number(values.concurrency ?? 2)
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new UsageError(`--concurrency: expected a positive integer, got "${values.concurrency}"`)
    }
    const files = globSync(TEST_FILES, { cwd: ROOT, exclude: (path) => OUTSIDE.has(path) })
      .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
      // The long ones, which start labs, first: started last they would run alone at the end.
      .toSorted((a, b) => Number(b.startsWith('test/')) - Number(a.startsWith('test/')) || a.localeCompare(b))
    if (files.length === 0) throw new UsageError(`no test file has ${positionals.join(' or ')} in its path`)

    const tally = new TestTally({ out, verbose: values.verbose, label: (file) => relative(ROOT, file) })
    await runTestFiles({ root: ROOT, files, concurrency, namePattern: values.name, tally })
    tally.printFindings()
    if (values.json) out.json(tally.summary())
    // On stdout whatever the options: CI and people look for this very line.
    process.stdout.write(`${tally.closingLine()}\n`)
    return tally.succeeded ? EXIT.ok : EXIT.failed
  },
})
