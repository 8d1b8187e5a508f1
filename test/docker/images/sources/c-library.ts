import { debianPackages } from './debian-packages.ts'
import { librariesOf } from './given-binary.ts'
import type { Source } from './source.ts'

/** For images that have nothing but the program: none, unless the program comes from elsewhere. */
export function cLibrary(name: string): Record<string, Source> {
  const packages = librariesOf(name)
  return packages.length > 0 ? { root: debianPackages(...packages) } : {}
}
