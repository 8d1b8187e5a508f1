/** One request to the query API. */
export type ApiCall = { path: string; params: [string, string][]; method: 'GET' | 'POST' }

export async function askApi(
  base: string,
  { path, params, method }: ApiCall,
  signal: AbortSignal = AbortSignal.timeout(60_000),
): Promise<{ status: number; body: unknown }> {
  const query = new URLSearchParams(params).toString()
  const response =
    method === 'GET'
      ? await fetch(`${base}${path}?${query}`, { signal })
      : await fetch(base + path, {
          method,
          body: query,
          signal,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
  const text = await response.text()
  try {
    return { status: response.status, body: JSON.parse(text) as unknown }
  } catch {
    return { status: response.status, body: text }
  }
}

export function describeCall({ path, params, method }: ApiCall): string {
  return `${method} ${path} ${params.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ')}`
}
