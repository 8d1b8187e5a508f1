import type { TwinRequest } from './random-requests.ts'

export interface TwinAnswer {
  readonly status: number
  readonly text: string
}

export async function ask(url: string, { method, path, params, headers }: TwinRequest): Promise<TwinAnswer> {
  const encoded = new URLSearchParams(params.map(([name, value]): [string, string] => [name, value])).toString()
  const signal = AbortSignal.timeout(30_000)
  const response =
    method === 'GET'
      ? await fetch(`${url}${path}?${encoded}`, { headers, signal })
      : await fetch(url + path, {
          method,
          body: encoded,
          signal,
          headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        })
  return { status: response.status, text: await response.text() }
}
