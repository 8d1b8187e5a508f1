import { join } from 'node:path'
import { ROOT } from '../../../scripts/lab/settings.ts'
import { cLibrary } from './sources/c-library.ts'
import { collectorBinary } from './sources/collector-binary.ts'
import type { StandIn } from './stand-in.ts'

const components = join(ROOT, 'agent/otelcol-components.yaml')

/** Of the contrib distribution what agent/otelcol.yaml uses. */
export const otelcol: StandIn = {
  pin: 'OTELCOL_IMAGE',
  files: { ...cLibrary('otelcol'), 'root/otelcol-contrib': collectorBinary({ version: '0.158.0', components }) },
  dockerfile: `FROM scratch
COPY root /
USER 10001
EXPOSE 4317 4318
ENTRYPOINT ["/otelcol-contrib"]
CMD ["--config", "/etc/otelcol-contrib/config.yaml"]
`,
}
