// Which images are there, and pulling those that are not. Pulled by the docker command and not by the API: only that one knows
// the user's credential helpers and proxies.
import type Dockerode from 'dockerode'
import { field } from '../../json.ts'
import { LabError } from '../../lab-error.ts'
import { docker } from './compose-command.ts'
import type { ComposeService } from './compose-project.ts'

/** The manifest is asked for first; a registry that can be reached has answered by then, and a firewall may never. */
const PROBE_MS = 6_000
/** Once images are wanted, a slow proxy or a credential helper for one of them is no reason to give the others up. */
const FIRST_SIGN_MS = 60_000
const PULL_TIMEOUT_MS = 30 * 60_000

/** What has to come from a registry: images of services, and the bases of images that are still to be built. */
export async function missingImages(engine: Dockerode, services: ComposeService[]): Promise<string[]> {
  const isThere = async (image: string) => {
    try {
      await engine.getImage(image).inspect()
      return true
    } catch (error) {
      if (field(error, 'statusCode') === 404) return false
      throw error
    }
  }
  const missing = async (images: Iterable<string>) => {
    const wanted = [...new Set(images)]
    const found = await Promise.all(wanted.map(isThere))
    return wanted.filter((_, i) => found[i] === false)
  }
  const absent = await missing(services.map(({ image }) => image))
  // Several services run an image that one of them says how to build.
  const bases = new Map(
    services.flatMap(({ image, build }) => (build === undefined ? [] : [[image, build.baseImages]])),
  )
  return [
    ...absent.filter((image) => !bases.has(image)),
    ...(await missing(absent.flatMap((image) => bases.get(image) ?? []))),
  ]
}

class PullError extends LabError {
  override readonly name = 'PullError'
}

/** Asks for an image without fetching it. @throws PullError with the registry's reason, or that none came. */
export async function probePull(image: string): Promise<void> {
  const reached = new AbortController()
  await pull(image, { signal: reached.signal, firstSignMs: PROBE_MS, onLayer: () => reached.abort() })
}

/** @throws PullError naming the image and the reason. */
export function pullImage(
  image: string,
  options: { signal: AbortSignal; onProgress: (done: number, layers: number) => void },
): Promise<void> {
  const layers = new Map<string, boolean>()
  return pull(image, {
    signal: options.signal,
    firstSignMs: FIRST_SIGN_MS,
    onLayer(layer, isDone) {
      layers.set(layer, isDone)
      options.onProgress([...layers.values()].filter(Boolean).length, layers.size)
    },
  })
}

async function pull(
  image: string,
  {
    signal,
    firstSignMs,
    onLayer,
  }: { signal: AbortSignal; firstSignMs: number; onLayer: (layer: string, isDone: boolean) => void },
): Promise<void> {
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), firstSignMs)
  const { exitCode, lastLines } = await docker(['pull', image], {
    timeoutMs: PULL_TIMEOUT_MS,
    signal: AbortSignal.any([signal, silence.signal]),
    onLine(line) {
      const [, layer, what] = /^([0-9a-f]{12}): (.+)/.exec(line) ?? []
      if (layer === undefined || what === undefined) return
      clearTimeout(timer)
      onLayer(layer, /^(Pull complete|Already exists)/.test(what))
    },
  })
  clearTimeout(timer)
  if (exitCode === 0 || signal.aborted) return
  throw new PullError(
    `the image ${image} is not there and cannot be pulled: ${silence.signal.aborted ? `its registry has not answered within ${firstSignMs / 1_000} s` : reason(lastLines)}`,
    {
      advice: 'check the network and docker login, set another source in .env, or npm run up -- --embedded',
    },
  )
}

function reason(lines: string[]): string {
  const last = lines.findLast((line) => /error|denied|not found|no space/i.test(line)) ?? lines.at(-1)
  return last?.replace(/^Error response from daemon: /, '') ?? 'docker pull said nothing'
}
