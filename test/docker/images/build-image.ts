// One image from a Dockerfile and files of this machine, by the engine's own builder.
import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { asText, field } from '../../../scripts/lab/json.ts'
import type { Progress, Source } from './sources/source.ts'

export interface ImageBuild {
  docker: Docker
  tag: string
  dockerfile: string
  files: Record<string, Source>
  labels: Record<string, string>
  progress: Progress
}

/** Answers the image's id. */
export async function buildImage({ docker, tag, dockerfile, files, labels, progress }: ImageBuild): Promise<string> {
  const sources = await Promise.all(
    Object.entries(files).map(async ([path, source]) => ({ path, from: await source.provide(progress) })),
  )
  const context = await mkdtemp(join(tmpdir(), 'stand-in-'))
  try {
    // In the order given: a folder first, then what is laid into it.
    for (const { path, from } of sources) {
      await mkdir(dirname(join(context, path)), { recursive: true })
      await cp(from, join(context, path), { recursive: true, verbatimSymlinks: true })
    }
    await writeFile(join(context, 'Dockerfile'), dockerfile)
    const archive = spawn('tar', ['-C', context, '-cf', '-', '.'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const id = await buildFromArchive({ docker, archive: archive.stdout, options: { t: tag, labels } })
    progress('is there')
    return id
  } finally {
    await rm(context, { recursive: true, force: true })
  }
}

export interface ArchiveBuild {
  docker: Docker
  archive: Readable
  options: Docker.ImageBuildOptions & { t: string }
}

/** Answers the image's id. */
export async function buildFromArchive({ docker, archive, options }: ArchiveBuild): Promise<string> {
  const stream = await docker.buildImage(archive, { ...options, forcerm: true })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    docker.modem.followProgress(
      stream,
      (error, output: unknown[]) => {
        // The engine answers 200 and tells a failed step in the stream.
        const failure = error?.message ?? output?.map((event) => asText(field(event, 'error'))).find(Boolean)
        if (failure) reject(new Error(`${options.t}: ${failure}\n${said.slice(-2_000)}`))
        else resolve()
      },
      (event) => (said += asText(field(event, 'stream'))),
    )
  })
  return (await docker.getImage(options.t).inspect()).Id
}
