/** What can be asked about: read from the real Tempo, so that queries find something whatever is stored. */
export interface Vocabulary {
  /** As they are written in a query: `span.items`, `event:name`, `.region`. */
  attributes: { name: string; literals: string[] }[]
}

interface TagsAnswer {
  scopes: { name: string; tags?: string[] }[]
}

interface ValuesAnswer {
  tagValues?: { type: string; value?: string }[]
}

/** Left out: `span:childCount`, which Tempo leaves unset in traces without root (docs/differences.md), and numbers of nested sets. */
const intrinsics = [
  'name',
  'status',
  'kind',
  'statusMessage',
  'duration',
  'traceDuration',
  'rootName',
  'rootServiceName',
  'event:name',
  'instrumentation:name',
  'instrumentation:version',
]

const durations = ['0s', '1us', '15us', '1ms', '20ms', '150ms', '0.5s', '1s', '2.5s']

export async function readVocabulary(url: string, window: { start: number; end: number }): Promise<Vocabulary> {
  const range = `start=${window.start}&end=${window.end}`
  const { scopes } = (await get(`${url}/api/v2/search/tags?${range}&limit=1000`)) as TagsAnswer
  const names = [
    ...intrinsics,
    ...scopes
      .filter(({ name }) => name !== 'intrinsic')
      .flatMap(({ name, tags = [] }) => tags.map((tag) => `${name}.${quoted(tag)}`)),
  ]
  const attributes: Vocabulary['attributes'] = []
  for (const name of names) {
    const isDuration = /duration/i.test(name)
    const path = `${url}/api/v2/search/tag/${encodeURIComponent(name)}/values?${range}`
    const values = isDuration ? [] : (((await get(path)) as ValuesAnswer).tagValues ?? [])
    attributes.push({ name, literals: isDuration ? durations : values.slice(0, 30).map(literal) })
    const unscoped = /^(span|resource)(\..+)$/.exec(name)?.[2]
    if (unscoped !== undefined) attributes.push({ name: unscoped, literals: values.slice(0, 30).map(literal) })
  }
  return { attributes }
}

async function get(url: string): Promise<unknown> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

function quoted(tag: string): string {
  return /^[\w.]+$/.test(tag) ? tag : JSON.stringify(tag)
}

function literal({ type, value = '' }: { type: string; value?: string }): string {
  if (type === 'string') return JSON.stringify(value)
  return type === 'float' && /^-?\d+$/.test(value) ? `${value}.0` : value
}
