/** What is looked for in every text. */
import { RecordingError } from '../recording-error.ts'

export interface RedactionRule {
  name: string
  /** With the flag `g`. */
  pattern: RegExp
  /** A match that fails this stays. */
  holds?: (match: string) => boolean
}

/** The at-sign may be written for a URL or in a JSON escape. */
const EMAIL: RedactionRule = {
  name: 'email',
  pattern: /[\p{L}\p{N}._+'-]{1,64}(?:@|%40|\\u0040)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu,
}

/** 13 to 19 digits from an issuer's range (2 to 6), also in groups. Nanoseconds since 1970 begin with 1 and stay. */
const CARD: RedactionRule = {
  name: 'card',
  pattern: /(?<![\p{L}\p{N}])[2-6]\d(?:[ -]?\d){11,17}(?![\p{L}\p{N}])/gu,
  holds: (match) => passesLuhn(match.replaceAll(/\D/g, '')),
}

export const BUILT_IN_RULES: readonly RedactionRule[] = [EMAIL, CARD]

/** @throws RecordingError for text that is no expression, or one that matches the empty text. */
export function customRule(name: string, expression: string): RedactionRule {
  try {
    const pattern = new RegExp(expression, 'gu')
    if (new RegExp(expression, 'u').test('')) throw new Error('it matches the empty text')
    return { name, pattern }
  } catch (cause) {
    throw new RecordingError('PLAY_RECORDING_INPUT', `--redact ${name}: ${(cause as Error).message}`, { cause })
  }
}

/** https://en.wikipedia.org/wiki/Luhn_algorithm */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = i % 2 === 0 ? digit : digit * 2
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return digits.length > 0 && sum % 10 === 0
}
