import { debianPackages } from './sources/debian-packages.ts'
import type { StandIn } from './stand-in.ts'

export const busybox: StandIn = {
  pin: 'BUSYBOX_IMAGE',
  files: { root: debianPackages('busybox-static') },
  dockerfile: `FROM scratch
COPY root /
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /tmp && chmod 1777 /tmp
CMD ["sh"]
`,
}
