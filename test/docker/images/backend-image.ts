// What is ours, by the repository's own Dockerfile, for the stand-in that is made on top of it.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type Docker from 'dockerode'
import { ROOT } from '../../../scripts/lab/settings.ts'
import { buildFromArchive } from './build-image.ts'
import type { Progress } from './sources/source.ts'

export interface BackendImageBuild {
  docker: Docker
  tag: string
  nodeImage: string
  progress: Progress
}

/** Answers the image's id. What has not changed comes out of the engine's build cache. */
export async function buildBackendImage({ docker, tag, nodeImage, progress }: BackendImageBuild): Promise<string> {
  progress('building the target "backend" of the Dockerfile')
  const listed = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  // A tracked file may have been deleted and not committed.
  const files = listed.split('\0').filter((file) => file !== '' && existsSync(join(ROOT, file)))
  const archive = spawn('tar', ['-C', ROOT, '--null', '-T', '-', '-cf', '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
  archive.stdin.end(files.join('\0'))
  return buildFromArchive({
    docker,
    archive: archive.stdout,
    options: { t: tag, target: 'backend', buildargs: { NODE_IMAGE: nodeImage } },
  })
}
