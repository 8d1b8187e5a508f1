import { encodeWriteV1, WRITE_V1_CONTENT_TYPE, type WriteSeries } from '@playground/protocol/remote-write'
import { snappyEncode } from '@playground/protocol/snappy'

const timeoutMs = 5_000

/** Why a write did not arrive. `final`: the receiver has looked at it and will never take it. */
export class RemoteWriteError extends Error {
  override name = 'RemoteWriteError'
  readonly final: boolean

  constructor(message: string, final: boolean, cause?: unknown) {
    super(message, { cause })
    this.final = final
  }
}

/** Sends series by Prometheus remote write 1.0. @throws RemoteWriteError */
export async function remoteWrite(url: string, tenant: string, series: WriteSeries[]): Promise<void> {
  const body = snappyEncode(encodeWriteV1({ series, metadata: [] }))
  const response = await fetch(url, {
    method: 'POST',
    body: Buffer.from(body),
    headers: {
      'content-type': WRITE_V1_CONTENT_TYPE,
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
      'x-scope-orgid': tenant,
    },
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new RemoteWriteError(`${url} cannot be reached`, false, cause)
  })
  const text = await response.text()
  if (response.ok) return
  const final = response.status >= 400 && response.status < 500 && response.status !== 429
  throw new RemoteWriteError(`${url} answered ${response.status}: ${text.slice(0, 200)}`, final)
}
