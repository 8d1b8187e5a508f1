import { debianPackages } from './sources/debian-packages.ts'
import { librariesOf } from './sources/given-binary.ts'
import { goBinary } from './sources/go-binary.ts'
import type { StandIn } from './stand-in.ts'

export const k6: StandIn = {
  pin: 'K6_IMAGE',
  files: {
    root: debianPackages('busybox-static', ...librariesOf('k6')),
    'root/usr/bin/k6': goBinary({ name: 'k6', module: 'go.k6.io/k6', version: 'v1.8.0' }),
  },
  dockerfile: `FROM scratch
COPY root /
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /home/k6 /tmp && chmod 1777 /tmp && chown 12345:12345 /home/k6
USER 12345
WORKDIR /home/k6
ENTRYPOINT ["k6"]
`,
}
