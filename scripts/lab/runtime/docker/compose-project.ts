// What docker-compose.yaml comes to for one lab: its services with their images and ports, as `docker compose config` answers.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { asArray, asText, field, parseObject } from '../../json.ts'
import type { LabDescription } from '../../lab-description.ts'
import { LabError } from '../../lab-error.ts'
import type { PortName } from '../../ports.ts'
import { ROOT } from '../../settings.ts'
import { COMMAND_TIMEOUT_MS, compose } from './compose-command.ts'
import { publishedPort } from './published-ports.ts'

export interface ComposeService {
  name: string
  image: string
  /** Made from this repo's Dockerfile, on top of these images. */
  build: { baseImages: string[] } | undefined
  ports: { name: PortName | undefined; number: number }[]
}

const COMPOSE_FILE = 'docker-compose.yaml'

/** @throws LabError in Compose's own words when the file or .env cannot be used. */
export async function readComposeProject(lab: LabDescription): Promise<ComposeService[]> {
  if (!existsSync(join(ROOT, COMPOSE_FILE))) throw new LabError(`there is no ${COMPOSE_FILE} in ${ROOT}`)
  const { exitCode, stdout, lastLines } = await compose(lab, ['config', '--format', 'json'], {
    timeoutMs: COMMAND_TIMEOUT_MS,
  })
  if (exitCode !== 0) {
    throw new LabError(`${COMPOSE_FILE} cannot be used: ${lastLines.at(-1) ?? 'docker compose config said nothing'}`, {
      advice: 'compare .env and docker-compose.yaml with git diff, or npm run up -- --embedded',
    })
  }
  const services = field(parseObject(stdout), 'services')
  return Object.entries(typeof services === 'object' && services !== null ? services : {}).map(([name, service]) =>
    toService(name, service),
  )
}

function toService(name: string, service: unknown): ComposeService {
  const buildArguments = field(service, 'build', 'args')
  return {
    name,
    image: asText(field(service, 'image')),
    build:
      field(service, 'build') === undefined
        ? undefined
        : {
            baseImages: Object.entries(typeof buildArguments === 'object' ? (buildArguments ?? {}) : {}).flatMap(
              ([argument, image]) => (argument.endsWith('_IMAGE') ? [asText(image)] : []),
            ),
          },
    ports: asArray(field(service, 'ports')).map((port) => ({
      name: publishedPort(name, Number(field(port, 'target'))),
      number: Number(field(port, 'published') ?? 0),
    })),
  }
}
