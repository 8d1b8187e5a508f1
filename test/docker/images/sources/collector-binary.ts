// An OpenTelemetry Collector with the components a file lists, made by the collector's own builder.
import { readFileSync } from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { parseObject } from '../../../../scripts/lab/json.ts'
import { inBuildSlot } from './build-slot.ts'
import { cached } from './cache.ts'
import { givenBinary } from './given-binary.ts'
import { GO_ENVIRONMENT } from './go-binary.ts'
import { runTool } from './run-tool.ts'
import { keyOf } from './source.ts'
import type { Progress, Source } from './source.ts'

const BUILDER = 'go.opentelemetry.io/collector/cmd/builder'

/** `components` is a file in the builder's format without its `dist`. OTELCOL_BIN is taken in its place. */
export function collectorBinary({ version, components }: { version: string; components: string }): Source {
  const listed = parseObject(JSON.stringify(parse(readFileSync(components, 'utf8'))))
  const recipe = { collector: version, listed, target: `linux-${process.arch}` }
  return (
    givenBinary('otelcol') ?? {
      recipe,
      provide: (progress) =>
        cached('otelcol', keyOf(recipe), (path) => inBuildSlot(() => build({ version, listed, path, progress }))),
    }
  )
}

interface CollectorBuild {
  version: string
  listed: Record<string, unknown>
  path: string
  progress: Progress
}

async function build({ version, listed, path, progress }: CollectorBuild): Promise<void> {
  progress(`building the OpenTelemetry Collector ${version}`)
  const folder = await mkdtemp(join(tmpdir(), 'otelcol-build-'))
  const dist = { name: 'otelcol-contrib', description: 'stand-in', version, output_path: join(folder, 'dist') }
  const config = join(folder, 'builder.yaml')
  try {
    await writeFile(config, stringify({ dist, ...listed }))
    const args = ['run', `${BUILDER}@v${version}`, `--config=${config}`, '--ldflags=-s -w']
    await runTool({ command: 'go', args, cwd: folder, env: GO_ENVIRONMENT, progress })
    await copyFile(join(dist.output_path, dist.name), path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
