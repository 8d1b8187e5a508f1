// A package of the npm registry, unpacked as `npm pack` gives it.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached } from './cache.ts'
import { runTool } from './run-tool.ts'
import { keyOf } from './source.ts'
import type { Source } from './source.ts'

export function npmPackage(name: string, version: string): Source {
  const recipe = { npm: name, version }
  return {
    recipe,
    provide: (progress) =>
      cached(`npm-${name}`, keyOf(recipe), async (folder) => {
        progress(`unpacking ${name}@${version} of the npm registry`)
        const scratch = await mkdtemp(join(tmpdir(), `${name}-pack-`))
        try {
          await runTool({
            command: 'npm',
            args: ['pack', '--silent', '--pack-destination', scratch, `${name}@${version}`],
          })
          const [archive = ''] = await readdir(scratch)
          await mkdir(folder, { recursive: true })
          const args = ['-xzf', join(scratch, archive), '-C', folder, '--strip-components=1', '--no-same-owner']
          await runTool({ command: 'tar', args })
        } finally {
          await rm(scratch, { recursive: true, force: true })
        }
      }),
  }
}
