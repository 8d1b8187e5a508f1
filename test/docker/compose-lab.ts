// A lab as people have it who never run npm: `docker compose up -d --wait` on docker-compose.yaml, by testcontainers, which ends it too.
// Ports are the engine's choice, so that nothing else on this machine is in the way.
import { randomBytes } from 'node:crypto'
import { DockerComposeEnvironment, Wait } from 'testcontainers'
import { PORTS, PORT_NAMES } from '../../scripts/lab/ports.ts'
import { ROOT } from '../../scripts/lab/settings.ts'

/** A loaded machine takes its time to start a dozen containers. */
const START_TIMEOUT_MS = 300_000

export interface ComposeLab extends AsyncDisposable {
  project: string
  /** Of what a service listens on inside. */
  url(service: string, port: number): string
}

export async function composeUp(agent: string): Promise<ComposeLab> {
  const project = `playground-compose-${randomBytes(4).toString('hex')}`
  const environment = await new DockerComposeEnvironment(ROOT, 'docker-compose.yaml')
    .withProjectName(project)
    .withEnvironment({ AGENT: agent, TRACES: 'tempo', GRAFANA: 'off', ...ANY_PORTS })
    // What is ours as it is now; the rest is there.
    .withBuild()
    .withClientOptions({ commandOptions: ['--wait'] })
    // Compose has waited for the health of all; Loki and Tempo have no shell for what testcontainers would look at else.
    .withDefaultWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(START_TIMEOUT_MS)
    .up()
  return {
    project,
    url: (service, port) => `http://127.0.0.1:${environment.getContainer(`${service}-1`).getMappedPort(port)}`,
    async [Symbol.asyncDispose]() {
      await environment.down({ removeVolumes: true })
    },
  }
}

const ANY_PORTS = Object.fromEntries(PORT_NAMES.map((name) => [PORTS[name].env, '0']))
