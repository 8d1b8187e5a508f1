import { debianPackages } from './sources/debian-packages.ts'
import { librariesOf } from './sources/given-binary.ts'
import { goBinary } from './sources/go-binary.ts'
import type { StandIn } from './stand-in.ts'

export const prometheusProgram = goBinary({
  name: 'prometheus',
  module: 'github.com/prometheus/prometheus',
  version: 'v0.316.0',
  program: 'cmd/prometheus',
  // Service discovery of two dozen clouds is most of the binary; files and fixed targets stay.
  tags: ['remove_all_sd', 'netgo'],
  variables: ['github.com/prometheus/common/version.Version=3.16.0'],
})

export const prometheus: StandIn = {
  pin: 'PROMETHEUS_IMAGE',
  files: {
    root: debianPackages('busybox-static', ...librariesOf('prometheus')),
    'root/bin/prometheus': prometheusProgram,
  },
  dockerfile: `FROM scratch
COPY root /
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /etc/prometheus /prometheus /tmp && chmod 1777 /tmp && chown 65534:65534 /prometheus
WORKDIR /prometheus
USER 65534
EXPOSE 9090
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
`,
}
