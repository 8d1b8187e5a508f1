import type Dockerode from 'dockerode'
import type { LabDescription } from '../../lab-description.ts'
import { HOST } from '../../settings.ts'
import { inspectContainer } from './containers.ts'
import type { ProjectContainer } from './containers.ts'

/** The shop's database as this machine reaches it, as the shop and as Grafana; the passwords are those its container was given. */
export async function databaseUrls(
  docker: Dockerode,
  containers: ProjectContainer[],
): Promise<Pick<LabDescription, 'databaseUrl' | 'readerUrl'>> {
  const postgres = containers.find(({ service }) => service === 'postgres')
  const port = postgres?.ports.postgres
  if (postgres === undefined || port === undefined) return { databaseUrl: undefined, readerUrl: undefined }
  const seen = await inspectContainer(docker, postgres.id)
  const given = new Map(
    (seen?.Config.Env ?? []).map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
  const url = (user: string, password: string | undefined) =>
    `postgres://${user}:${encodeURIComponent(password ?? '')}@${HOST}:${port}/${given.get('POSTGRES_DB') ?? 'shop'}`
  return {
    databaseUrl: url('shop', given.get('SHOP_PASSWORD')),
    readerUrl: url('grafana_reader', given.get('READER_PASSWORD')),
  }
}
