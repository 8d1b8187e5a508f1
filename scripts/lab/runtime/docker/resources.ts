// Whether the engine has room for the lab. Docker Desktop's engine lives in a virtual machine, whose memory the engine tells and
// whose disk it does not: there a full disk is met by the pull, in the engine's own words.
import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { LabError } from '../../lab-error.ts'
import type { Engine } from './engine.ts'

const MIB = 1024 * 1024
/** Measured at rest, without Grafana: 430 to 600 MB of RSS, by agent and store for traces. The rest is for Grafana, load and queries. */
const NEEDED_MEMORY_MIB = 2_048
/** Images of the whole lab, unpacked, when they still have to come; data of a first hour otherwise. */
export const NEEDED_DISK_MIB = { withImages: 512, withoutImages: 4_096 }

export function checkResources(
  { memoryBytes, rootDir }: Pick<Engine, 'memoryBytes' | 'rootDir'>,
  neededDiskMib: number,
): void {
  const memoryMib = Math.floor(memoryBytes / MIB)
  if (memoryMib > 0 && memoryMib < NEEDED_MEMORY_MIB) {
    throw new LabError(`Docker has ${memoryMib} MiB of memory, the lab needs ${NEEDED_MEMORY_MIB} MiB`, {
      advice: 'give Docker more (Docker Desktop: Settings, Resources), or npm run up -- --embedded',
    })
  }
  const freeMib = freeDiskMib(rootDir)
  if (freeMib !== undefined && freeMib < neededDiskMib) {
    throw new LabError(
      `no disk space for Docker: ${freeMib} MiB free where ${rootDir} is, the lab needs ${neededDiskMib} MiB`,
      {
        advice: 'docker system df shows what Docker holds; or npm run up -- --embedded',
      },
    )
  }
}

/** Undefined where the engine's folder is not of this machine, or may not be looked at. */
function freeDiskMib(rootDir: string): number | undefined {
  if (rootDir === '' || !existsSync(dirname(rootDir))) return undefined
  try {
    const { bavail, bsize } = statfsSync(existsSync(rootDir) ? rootDir : dirname(rootDir))
    return Math.floor((bavail * bsize) / MIB)
  } catch {
    return undefined // not even root may look into every mount
  }
}
