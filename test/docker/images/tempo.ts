import { join } from 'node:path'
import { cLibrary } from './sources/c-library.ts'
import { existingFile } from './sources/existing-path.ts'
import { givenBinary } from './sources/given-binary.ts'
import type { StandIn } from './stand-in.ts'

const real = givenBinary('tempo')

const file = (name: string) => existingFile(join(import.meta.dirname, 'tempo', name))

/** No registry carries Tempo 3: without TEMPO_BIN the embedded one answers, on Tempo's paths and ports, with Tempo's own configuration. */
export const tempo: StandIn = {
  pin: 'TEMPO_IMAGE',
  files:
    real !== undefined
      ? { ...cLibrary('tempo'), 'root/tempo': real }
      : { 'embedded/main.ts': file('main.ts'), 'embedded/tempo': file('tempo.sh') },
  dockerfile:
    real !== undefined
      ? `FROM @BUSYBOX_IMAGE@ AS folders
RUN mkdir -p /made/var/tempo /made/tmp
FROM scratch
COPY root /
COPY --from=folders --chown=10001:10001 /made /
USER 10001
EXPOSE 3200
ENTRYPOINT ["/tempo"]
`
      : `FROM @BACKEND_IMAGE@
USER 0
COPY embedded/main.ts /playground/test/docker/images/tempo/main.ts
COPY embedded/tempo /tempo
RUN mkdir -p /var/tempo && chown 10001:10001 /var/tempo
USER 10001
EXPOSE 3200
ENTRYPOINT ["/tempo"]
`,
}
