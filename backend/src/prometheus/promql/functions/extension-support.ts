import { PromqlExecutionError } from '../errors.ts'

const SUPPORTED = {
  anchored: ['changes', 'delta', 'increase', 'rate', 'resets'],
  smoothed: ['delta', 'increase', 'rate'],
}

export function requireExtensionSupport(extension: 'anchored' | 'smoothed' | undefined, name: string): void {
  if (!extension || SUPPORTED[extension].includes(name)) return
  const allowed = SUPPORTED[extension].join(', ')
  throw new PromqlExecutionError(`${extension} modifier can only be used with: ${allowed} - not with ${name}`)
}
