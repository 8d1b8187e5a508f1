import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'
import { pathToFileURL } from 'node:url'
import { telemetryConfig } from './config.ts'

/** The resource attributes that say which service this is; the same in spans, log lines and metrics. */
export interface ServiceIdentity {
  name: string
  version: string
}

/** The package that holds the started file: `services/checkout/src/main.ts` is `checkout`. */
export function identifyService(startedFile: string): ServiceIdentity {
  const manifestPath = findPackageJSON(pathToFileURL(startedFile))
  if (manifestPath === undefined) throw new Error(`${startedFile} belongs to no package, so its service has no name`)
  const manifest: unknown = JSON.parse(readFileSync(manifestPath, 'utf8'))
  if (typeof manifest !== 'object' || manifest === null || !('name' in manifest) || !('version' in manifest)) {
    throw new Error(`${manifestPath}: expected name and version`)
  }
  return { name: String(manifest.name).replace(/^@[^/]+\//, ''), version: String(manifest.version) }
}

const packaged = identifyService(process.argv[1] ?? '')

export const service: ServiceIdentity = { ...packaged, version: telemetryConfig.releaseVersion ?? packaged.version }
