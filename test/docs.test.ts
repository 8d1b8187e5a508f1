// What the documents name exists: npm scripts, files, commands and their options.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { field } from '../scripts/lab/json.ts'
import { ROOT } from '../scripts/lab/settings.ts'

const DOCUMENTS = globSync('**/*.md', {
  cwd: ROOT,
  exclude: (path) => ['node_modules', 'dist', '.playground'].includes(path),
})
/** First parts of paths that are made when the lab runs. */
const GENERATED = ['.playground', 'node_modules', 'dist', 'data']

const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const scripts = new Set(Object.keys(field(manifest, 'scripts') ?? {}))

for (const document of DOCUMENTS) {
  const text = readFileSync(join(ROOT, document), 'utf8')

  test(`${document}: every npm script it names exists`, () => {
    assert.deepEqual(missingScripts(text), [])
  })

  test(`${document}: every file it links to or names exists`, () => {
    assert.deepEqual(missingPaths(text, dirname(join(ROOT, document))), [])
  })
}

test('a script and a path that do not exist are noticed', () => {
  assert.deepEqual(missingScripts('run `npm run nonsense` and `npm run up`'), ['nonsense'])
  assert.deepEqual(missingPaths('see [here](docs/nowhere.md) and `scripts/no-such.ts`, `scripts/up.ts`', ROOT), [
    'docs/nowhere.md',
    'scripts/no-such.ts',
  ])
})

function missingScripts(text: string): string[] {
  return [...text.matchAll(/npm run (?:--silent )?([a-z][\w:-]*)/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => !scripts.has(name) && !existsInWorkspace(text, name))
}

/** `npm run build -w console` is a script of that workspace. */
function existsInWorkspace(text: string, name: string): boolean {
  const workspace = new RegExp(`npm run ${name} -w ([\\w/-]+)`).exec(text)?.[1]
  if (workspace === undefined) return false
  const own: unknown = JSON.parse(readFileSync(join(ROOT, workspace, 'package.json'), 'utf8'))
  return field(own, 'scripts', name) !== undefined
}

function missingPaths(text: string, folder: string): string[] {
  const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, path]) => path ?? '')
    .filter((path) => !/^[a-z]+:/.test(path))
  const named = [...text.matchAll(/`((?:[\w.@-]+\/)+[\w.@*-]*)`/g)]
    .map(([, path]) => path ?? '')
    .filter(isPathOfThisRepo)
  return [...new Set([...links, ...named])].filter((path) => !existsAt(path, folder))
}

/** A slash in backquotes may also be a URL path, a media type or a package; what starts with a folder of ours is a path. */
function isPathOfThisRepo(path: string): boolean {
  const [first = ''] = path.split('/')
  return existsSync(join(ROOT, first)) && !GENERATED.includes(first)
}

function existsAt(path: string, folder: string): boolean {
  return [folder, ROOT].some((base) =>
    path.includes('*') ? globSync(path, { cwd: base }).length > 0 : existsSync(join(base, path)),
  )
}
