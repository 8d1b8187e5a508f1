import { createServer, type AddressInfo } from 'node:net'

/** Ports that were free a moment ago. Another process may take one before its user does; then that user says so and the start is tried again. */
export async function freePorts<const Names extends readonly string[]>(
  names: Names,
): Promise<Record<Names[number], string>> {
  const servers = await Promise.all(
    names.map(async (name) => {
      const server = createServer()
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(0, '127.0.0.1', resolve)
      })
      return { name, server, port: String((server.address() as AddressInfo).port) }
    }),
  )
  await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))))
  return Object.fromEntries(servers.map(({ name, port }) => [name, port])) as Record<Names[number], string>
}
