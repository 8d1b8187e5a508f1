export const RUNTIME_NAMES = ['docker', 'embedded'] as const

export type RuntimeName = (typeof RUNTIME_NAMES)[number]
