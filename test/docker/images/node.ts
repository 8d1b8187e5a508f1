import { existsSync } from 'node:fs'
import { existingPath } from './sources/existing-path.ts'
import { debianPackages } from './sources/debian-packages.ts'
import { existingFile } from './sources/existing-path.ts'
import { npmPackage } from './sources/npm-package.ts'
import type { Source } from './sources/source.ts'
import type { StandIn } from './stand-in.ts'

/** Where a registry is reached through a proxy with a certificate of its own, npm in a container needs the certificates this machine has. */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'
const certificates = (): Record<string, Source> =>
  existsSync(CERTIFICATES) ? { [`root${CERTIFICATES}`]: existingFile(CERTIFICATES) } : {}

/** The base of what is ours: the Node that runs this, which is the npm package's, on the few Debian libraries it needs. */
export const node: StandIn = {
  pin: 'NODE_IMAGE',
  files: {
    root: debianPackages('busybox-static', 'libstdc++6'),
    'root/usr/local/bin/node': existingPath(process.execPath, process.version),
    'root/usr/local/lib/node_modules/npm': npmPackage('npm', '11.19.1'),
    ...certificates(),
  },
  dockerfile: `FROM scratch
COPY root /
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /tmp /home/node && chmod 1777 /tmp && chown 1000:1000 /home/node \\
  && echo 'root:x:0:0::/root:/bin/sh' > /etc/passwd && echo 'node:x:1000:1000::/home/node:/bin/sh' >> /etc/passwd \\
  && echo 'root:x:0:' > /etc/group && echo 'node:x:1000:' >> /etc/group \\
  && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \\
  && mkdir -p /usr/bin && ln -s /bin/env /usr/bin/env
ENV PATH=/usr/local/bin:/usr/bin:/bin NODE_EXTRA_CA_CERTS=${CERTIFICATES}
CMD ["node"]
`,
}
