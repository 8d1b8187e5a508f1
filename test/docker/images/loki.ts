import { cLibrary } from './sources/c-library.ts'
import { goBinary } from './sources/go-binary.ts'
import type { StandIn } from './stand-in.ts'

const BUILD = 'github.com/grafana/loki/v3/pkg/util/build'

export const lokiProgram = goBinary({
  name: 'loki',
  module: 'github.com/grafana/loki/v3',
  version: 'v3.7.8',
  program: 'cmd/loki',
  tags: ['netgo'],
  variables: [`${BUILD}.Version=3.7.8`, `${BUILD}.Branch=stand-in`],
})

export const loki: StandIn = {
  pin: 'LOKI_IMAGE',
  files: {
    ...cLibrary('loki'),
    'root/usr/bin/loki': lokiProgram,
  },
  // As published: no shell. The folders are made by a busybox that does not stay.
  dockerfile: `FROM @BUSYBOX_IMAGE@ AS folders
RUN mkdir -p /made/loki /made/etc/loki /made/tmp
FROM scratch
COPY root /
COPY --from=folders --chown=10001:10001 /made /
USER 10001
EXPOSE 3100
ENTRYPOINT ["/usr/bin/loki"]
CMD ["-config.file=/etc/loki/local-config.yaml"]
`,
}
