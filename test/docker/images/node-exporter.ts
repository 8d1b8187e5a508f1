import { debianPackages } from './sources/debian-packages.ts'
import { librariesOf } from './sources/given-binary.ts'
import { goBinary } from './sources/go-binary.ts'
import type { StandIn } from './stand-in.ts'

export const nodeExporter: StandIn = {
  pin: 'NODE_EXPORTER_IMAGE',
  files: {
    root: debianPackages('busybox-static', ...librariesOf('node-exporter')),
    'root/bin/node_exporter': goBinary({
      name: 'node-exporter',
      module: 'github.com/prometheus/node_exporter',
      version: 'v1.12.1',
      tags: ['netgo'],
      variables: ['github.com/prometheus/common/version.Version=1.12.1'],
    }),
  },
  dockerfile: `FROM scratch
COPY root /
RUN ["/bin/busybox", "--install", "-s", "/bin"]
USER 65534
EXPOSE 9100
ENTRYPOINT ["/bin/node_exporter"]
`,
}
