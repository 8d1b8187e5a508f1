export { compileRegexp } from './compile-regexp.ts'
export { RegexpError } from './regexp-error.ts'
export type { Regexp, RegexpMatch } from './regexp.ts'
