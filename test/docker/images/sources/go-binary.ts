// A program out of a Go module, static and stripped, from the module proxy this machine uses.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asArray, asText, field, parseObject } from '../../../../scripts/lab/json.ts'
import { inBuildSlot } from './build-slot.ts'
import { cached } from './cache.ts'
import { givenBinary } from './given-binary.ts'
import { runTool } from './run-tool.ts'
import { keyOf } from './source.ts'
import type { Progress, Source } from './source.ts'

export interface GoBinary {
  name: string
  module: string
  version: string
  /** Folder of the program in its module; none: the module's root. */
  program?: string
  tags?: readonly string[]
  /** Linker variables, as `path.Name=value`. */
  variables?: readonly string[]
}

/** GOWORK: a workspace above the temporary folder would decide versions. GOFLAGS: a machine's own flags must not. */
export const GO_ENVIRONMENT = { CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-buildvcs=false' }

/** `<NAME>_BIN` in the environment is taken in its place. */
export function goBinary(binary: GoBinary): Source {
  const recipe = { ...binary, target: `linux-${process.arch}` }
  return (
    givenBinary(binary.name) ?? {
      recipe,
      provide: (progress) =>
        cached(binary.name, keyOf(recipe), (path) => inBuildSlot(() => build(binary, path, progress))),
    }
  )
}

async function build(binary: GoBinary, path: string, progress: Progress): Promise<void> {
  progress(`building ${binary.module}@${binary.version}`)
  const folder = await mkdtemp(join(tmpdir(), `${binary.name}-build-`))
  try {
    await writeModule(folder, binary)
    await runTool({ ...buildCommand(binary, path), cwd: folder, env: GO_ENVIRONMENT, progress })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A module that requires the program's, and repeats its replacements: Go heeds those of the main module only. */
async function writeModule(folder: string, { module, version }: GoBinary): Promise<void> {
  const go = (...args: string[]) => runTool({ command: 'go', args, cwd: folder, env: GO_ENVIRONMENT })
  await go('mod', 'init', 'stand-in')
  const download = parseObject(await go('mod', 'download', '-json', `${module}@${version}`))
  const manifest = parseObject(await go('mod', 'edit', '-json', asText(field(download, 'GoMod'))))
  await go('mod', 'edit', `-go=${asText(field(manifest, 'Go'))}`, `-require=${module}@${version}`)
  for (const replacement of asArray(field(manifest, 'Replace') ?? [])) {
    // Without a version it is a folder of the module's own repository, which a downloaded module does not have.
    if (field(replacement, 'New', 'Version') === undefined) continue
    await go('mod', 'edit', `-replace=${pathOf(field(replacement, 'Old'))}=${pathOf(field(replacement, 'New'))}`)
  }
}

function pathOf(module: unknown): string {
  const version = field(module, 'Version')
  return version === undefined ? asText(field(module, 'Path')) : `${asText(field(module, 'Path'))}@${asText(version)}`
}

function buildCommand({ module, program, tags = [], variables = [] }: GoBinary, output: string) {
  const linker = ['-s', '-w', ...variables.map((variable) => `-X=${variable}`)].join(' ')
  const flags = ['-mod=mod', '-trimpath', `-tags=${tags.join(',')}`, `-ldflags=${linker}`, '-o', output]
  return { command: 'go', args: ['build', ...flags, program === undefined ? module : `${module}/${program}`] }
}
