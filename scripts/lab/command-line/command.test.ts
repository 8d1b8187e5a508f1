import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { field } from '../json.ts'
import { ROOT } from '../settings.ts'

const commands = readdirSync(join(ROOT, 'scripts'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length).replace(/^test-/, 'test:'))
const fileOf = (command: string) => join(ROOT, 'scripts', `${command.replace(':', '-')}.ts`)
const run = (command: string, ...args: string[]) =>
  spawnSync(process.execPath, [fileOf(command), ...args], { encoding: 'utf8', cwd: ROOT })

test('every command is an npm script, and every npm script a command', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  assert.deepEqual(Object.keys(field(manifest, 'scripts') ?? {}).toSorted(), commands.toSorted())
})

for (const command of commands) {
  test(`${command} explains itself: usage, options, exit codes, examples`, () => {
    const { status, stdout } = run(command, '--help')
    assert.equal(status, 0)
    for (const part of [`Usage: npm run ${command}`, 'Options:', 'Exit codes:', 'Examples:'])
      assert.ok(stdout.includes(part), `${part} in\n${stdout}`)
    for (const line of stdout.split('\n').filter((text) => /npm run .*--json/.test(text) && !text.startsWith('Usage')))
      assert.match(line, /npm run --silent /, "npm's banner would stand before the JSON")
    const firstLine = readFileSync(fileOf(command), 'utf8').split('\n')[0]
    assert.equal(
      firstLine,
      `// ${stdout.split('\n')[0]}`,
      'the list of commands shows the first comment: it says the same',
    )
  })
}

test('wrong usage exits 2 and points at the help', () => {
  for (const args of [['--no-such-option'], ['an', 'argument', 'too', 'many']]) {
    const { status, stderr } = run('status', ...args)
    assert.equal(status, 2, stderr)
    assert.match(stderr, /Try: npm run status -- --help/)
  }
})

test('what is advised about a lab with an offset names the offset', () => {
  const { status, stderr } = run('checkout', '--port-offset', '39990')
  assert.equal(status, 1, stderr)
  assert.match(stderr, /no lab is up in .*\nTry: npm run up -- --port-offset 39990\n/)
})
