// An image made here under a name that .env pins: same paths, same user, same entry point as the published one, other bytes.
import type { Source } from './sources/source.ts'

export interface StandIn {
  /** The variable in .env that names the image. */
  pin: `${string}_IMAGE`
  /** By their path in the build context; a folder's content is merged into what is there. */
  files: Record<string, Source>
  /** `@NAME_IMAGE@` is the stand-in of that pin. */
  dockerfile: string
}
