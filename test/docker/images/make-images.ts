// Makes every stand-in that the engine does not have yet. An image that was pulled is left alone: it is what a stand-in stands in for.
import type Docker from 'dockerode'
import { buildImage } from './build-image.ts'
import { busybox } from './busybox.ts'
import { k6 } from './k6.ts'
import { buildBackendImage } from './backend-image.ts'
import { loki } from './loki.ts'
import { node } from './node.ts'
import { nodeExporter } from './node-exporter.ts'
import { otelcol } from './otelcol.ts'
import { postgres } from './postgres.ts'
import { prometheus } from './prometheus.ts'
import { keyOf } from './sources/source.ts'
import type { Progress } from './sources/source.ts'
import type { StandIn } from './stand-in.ts'
import { tempo } from './tempo.ts'

/** The key of what an image was made of. */
const LABEL = 'observability-playground.stand-in'

export interface MadeImages {
  /** For docker compose: each pin without its digest. */
  environment: Record<string, string>
  /** What stands behind each pin, for people: `stand-in`, or `pulled`. */
  origins: Record<string, 'stand-in' | 'pulled'>
}

export interface MakeImagesOptions {
  docker: Docker
  pins: Record<string, string>
  progress: Progress
}

export async function makeImages({ docker, pins, progress }: MakeImagesOptions): Promise<MadeImages> {
  const standIns: StandIn[] = [busybox, node, postgres(), prometheus, nodeExporter, loki, k6, otelcol, tempo]
  const names: Record<string, string> = { ...pins, BACKEND_IMAGE: 'observability-playground-test/backend:latest' }
  const origins: MadeImages['origins'] = {}
  const making = new Map<string, Promise<string>>()

  /** Answers the id, which changes with the content. */
  const make = (pin: string): Promise<string> => {
    let image = making.get(pin)
    if (image === undefined) making.set(pin, (image = makeNow(pin)))
    return image
  }
  const makeNow = async (pin: string): Promise<string> => {
    const standIn = standIns.find((candidate) => candidate.pin === pin)
    const tag = names[pin]
    if (tag === undefined) throw new Error(`${pin}: not pinned in .env`)
    const say: Progress = (line) => progress(`${tag}: ${line}`)
    if (pin === 'BACKEND_IMAGE') {
      await make('NODE_IMAGE')
      return buildBackendImage({ docker, tag, nodeImage: names['NODE_IMAGE'] ?? '', progress: say })
    }
    if (standIn === undefined) throw new Error(`${pin}: there is no stand-in`)
    const present = await presentImage(docker, tag)
    if (present !== undefined && present.key === undefined) {
      origins[pin] = 'pulled'
      return present.id
    }
    const bases = [...standIn.dockerfile.matchAll(/@(\w+_IMAGE)@/g)].map(([, base = '']) => base)
    const baseIds = await Promise.all(bases.map(make))
    const dockerfile = standIn.dockerfile.replaceAll(/@(\w+_IMAGE)@/g, (_, base: string) => names[base] ?? base)
    const recipes = Object.fromEntries(Object.entries(standIn.files).map(([path, { recipe }]) => [path, recipe]))
    const key = keyOf({ dockerfile, recipes, baseIds })
    origins[pin] = 'stand-in'
    if (present?.key === key) return present.id
    return buildImage({ docker, tag, dockerfile, files: standIn.files, labels: { [LABEL]: key }, progress: say })
  }

  // All are tried, so that one run names every image that cannot be made.
  const wanted = standIns.filter(({ pin }) => pins[pin] !== undefined)
  const results = await Promise.allSettled(wanted.map(({ pin }) => make(pin)))
  const faults = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []))
  if (faults.length > 0) throw new Error(`images could not be made:\n${[...new Set(faults)].join('\n')}`)
  return { environment: pins, origins }
}

async function presentImage(docker: Docker, tag: string): Promise<{ id: string; key: string | undefined } | undefined> {
  const [image] = await docker.listImages({ filters: { reference: [tag] } })
  return image && { id: image.Id, key: image.Labels?.[LABEL] }
}
