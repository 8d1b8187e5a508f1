import { currentRelease } from './release-process.ts'

const SCRAPE_MS = 500

/**
 * This process' OpenMetrics with those of the release beside it: the same families, its samples labelled with its version, so
 * that one scrape shows both and a query can compare them.
 */
export async function withReleaseMetrics(own: string): Promise<string> {
  const release = currentRelease()
  const opsPort = release?.addresses?.opsPort
  if (release === undefined || opsPort === undefined) return own
  const response = await fetch(`http://127.0.0.1:${opsPort}/metrics`, {
    headers: { accept: 'application/openmetrics-text; version=1.0.0' },
    signal: AbortSignal.timeout(SCRAPE_MS),
  }).catch(() => undefined)
  // It is starting, or dying: this process' own are due all the same.
  if (response?.status !== 200) return own
  return mergeFamilies(own, await response.text(), release.version)
}

export function mergeFamilies(own: string, other: string, version: string): string {
  const families = readFamilies(own)
  for (const [name, lines] of readFamilies(other)) {
    const samples = lines.filter((line) => !line.startsWith('#')).map((line) => labelled(line, version))
    families.set(name, [...(families.get(name) ?? lines.filter((line) => line.startsWith('#'))), ...samples])
  }
  return `${[...families.values()].flat().join('\n')}\n# EOF\n`
}

/** Lines by family; each begins with its HELP. */
function readFamilies(text: string): Map<string, string[]> {
  const families = new Map<string, string[]>()
  let lines: string[] = []
  for (const line of text.split('\n')) {
    const [, name] = /^# HELP (\S+)/.exec(line) ?? []
    if (name !== undefined) families.set(name, (lines = []))
    if (line !== '' && line !== '# EOF') lines.push(line)
  }
  return families
}

/** Into the sample's own braces, not into those of an exemplar behind it. */
function labelled(line: string, version: string): string {
  const [, name = '', rest = ''] = /^([a-zA-Z_:][\w:]*)(.*)$/.exec(line) ?? []
  if (name === 'target_info') return line
  const label = `service_version="${version}"`
  return rest.startsWith('{') ? `${name}{${label},${rest.slice(1)}` : `${name}{${label}}${rest}`
}
