// Makes the images of this repo's Dockerfile: when there are none, or when the sources are newer than they are.
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type Dockerode from 'dockerode'
import type { Output } from '../../command-line/output.ts'
import type { LabDescription } from '../../lab-description.ts'
import { LabError } from '../../lab-error.ts'
import { ROOT } from '../../settings.ts'
import { compose } from './compose-command.ts'
import type { ComposeService } from './compose-project.ts'

/** Installing the packages of the shop and the console takes a minute on a fast network. */
const BUILD_TIMEOUT_MS = 20 * 60_000
/** What the Dockerfile copies (.dockerignore); tests are not among it. */
const SOURCES = [
  'Dockerfile',
  'package-lock.json',
  '{services,protocol,backend,agent/builtin,console}/**/*.{ts,tsx,json,css,html}',
]

export interface BuildOptions {
  out: Output
  signal: AbortSignal
}

export async function buildImages(
  lab: LabDescription,
  docker: Dockerode,
  services: ComposeService[],
  { out, signal }: BuildOptions,
): Promise<void> {
  const images = [...new Set(services.filter(({ build }) => build !== undefined).map(({ image }) => image))]
  const madeAt = await Promise.all(images.map((image) => createdAtMs(docker, image)))
  const sourcesAt = newestSourceMs()
  const outdated = images.filter((_, i) => (madeAt[i] ?? 0) < sourcesAt)
  if (outdated.length === 0) return
  out.progress(`building ${outdated.join(', ')}`)
  const { exitCode, lastLines } = await compose(lab, ['build'], {
    timeoutMs: BUILD_TIMEOUT_MS,
    signal,
    onLine: (line) => out.transient(line),
  })
  signal.throwIfAborted()
  if (exitCode === 0) return
  const reason =
    lastLines.findLast((line) => /error|failed/i.test(line)) ?? lastLines.at(-1) ?? 'docker compose build said nothing'
  const absent = images.filter((_, i) => madeAt[i] === undefined)
  if (absent.length > 0) {
    throw new LabError(`${absent.join(', ')} cannot be built: ${reason.trim()}`, {
      logLines: lastLines,
      advice: 'npm run doctor, or npm run up -- --embedded',
    })
  }
  // Offline, say: the images of an earlier build still make a lab.
  out.progress(`${outdated.join(', ')} cannot be built anew, what was built before is used: ${reason.trim()}`)
}

/** Undefined: there is no such image. */
async function createdAtMs(docker: Dockerode, image: string): Promise<number | undefined> {
  const [found] = await docker.listImages({ filters: { reference: [image] } })
  return found === undefined ? undefined : found.Created * 1_000
}

function newestSourceMs(): number {
  const files = globSync(SOURCES, { cwd: ROOT, exclude: (path) => path === 'node_modules' || path === 'dist' })
  const built = files.filter((file) => !/\.test\.tsx?$/.test(file))
  return Math.max(...built.map((file) => statSync(join(ROOT, file)).mtimeMs))
}
