// A binary somebody built already, named in the environment: LOKI_BIN, PROMETHEUS_BIN, OTELCOL_BIN, ...
import { statSync } from 'node:fs'
import type { Source } from './source.ts'

const variableOf = (name: string) => `${name.toUpperCase().replaceAll('-', '_')}_BIN`

/** Ours are static; one from elsewhere may need the C library. */
export const librariesOf = (name: string): string[] => (process.env[variableOf(name)] ? ['libc6'] : [])

/** `undefined`: the environment names none. */
export function givenBinary(name: string): Source | undefined {
  const variable = variableOf(name)
  const path = process.env[variable]
  if (path === undefined || path === '') return undefined
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats?.isFile() !== true) throw new Error(`${variable}: there is no file ${path}`)
  const { size, mtimeMs } = stats
  return { recipe: { path, size, mtimeMs }, provide: async () => path }
}
