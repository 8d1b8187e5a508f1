// Debian packages with all they depend on, unpacked into a folder: the files only, no script of theirs is run and no root is needed.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { runTool } from './run-tool.ts'
import { keyOf } from './source.ts'
import type { Source } from './source.ts'

/** Needed by scripts of packages, which are not run. */
const LEFT_OUT = /^(dpkg|perl|perl-base|perl-modules|libperl[\d.]+|debconf|tar|netbase|sensible-utils)_/

export function debianPackages(...names: string[]): Source {
  const recipe = { debian: names, machine: process.arch }
  return {
    recipe,
    provide: (progress) =>
      cached(`debian-${names.join('-')}`, keyOf(recipe), async (root) => {
        progress(`unpacking Debian's ${names.join(', ')}`)
        const scratch = `${root}.archives`
        try {
          await download(scratch, names)
          await mkdir(root, { recursive: true })
          for (const archive of await readdir(scratch)) {
            if (!archive.endsWith('.deb') || LEFT_OUT.test(archive)) continue
            await runTool({ command: 'dpkg-deb', args: ['-x', join(scratch, archive), root] })
          }
          for (const folder of ['doc', 'man', 'locale', 'info', 'lintian'])
            await rm(join(root, 'usr/share', folder), { recursive: true, force: true })
        } finally {
          await rm(scratch, { recursive: true, force: true })
        }
      }),
  }
}

/** An empty status file makes apt resolve from nothing, as for a machine that has not a single package. */
async function download(folder: string, names: readonly string[]): Promise<void> {
  await mkdir(join(folder, 'partial'), { recursive: true })
  const status = join(folder, 'status')
  await writeFile(status, '')
  const options = {
    'Dir::State::status': status,
    'Dir::Cache::archives': folder,
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': 'root',
  }
  const flags = Object.entries(options).flatMap(([option, value]) => ['-o', `${option}=${value}`])
  await runTool({
    command: 'apt-get',
    args: ['install', '--download-only', '--yes', '--no-install-recommends', '-q', ...flags, ...names],
  })
}
