// The images of .env as stand-ins are called: repository and tag, without the digest that only the published image has.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { ROOT } from '../../../scripts/lab/settings.ts'

/** `LOKI_IMAGE` → `grafana/loki:3.7.6`; as environment of docker compose it wins over .env. */
export function pinsWithoutDigest(file = join(ROOT, '.env')): Record<string, string> {
  const pins = Object.entries(parseEnv(readFileSync(file, 'utf8'))).filter(([name]) => name.endsWith('_IMAGE'))
  return Object.fromEntries(pins.map(([name, image = '']) => [name, image.split('@')[0] ?? '']))
}
