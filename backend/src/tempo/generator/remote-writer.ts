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
  const { status, text } = await post(url, tenant, body)
  if (status >= 200 && status < 300) return
  const final = status >= 400 && status < 500 && status !== 429
  throw new RemoteWriteError(`${url} answered ${status}: ${text.slice(0, 200)}`, final)
}

async function post(url: string, tenant: string, body: Uint8Array): Promise<{ status: number; text: string }> {
  try {
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
    })
    return { status: response.status, text: await response.text() }
  } catch (cause) {
    throw new RemoteWriteError(`${url} cannot be reached`, false, cause)
  }
}
