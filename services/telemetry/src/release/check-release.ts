import { currentRelease } from './release-process.ts'

const TIMEOUT_MS = 1_000

/** A service is not ready while the release that gets a part of its requests is not. */
export function checkRelease(): Record<string, () => Promise<void>> {
  const release = currentRelease()
  if (release === undefined) return {}
  return {
    [`release ${release.version}`]: async () => {
      const opsPort = release.addresses?.opsPort
      if (opsPort === undefined) throw new Error('it is starting')
      const response = await fetch(`http://127.0.0.1:${opsPort}/health`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
      await response.body?.cancel()
      if (response.status !== 200) throw new Error(`it answered ${response.status}`)
    },
  }
}
