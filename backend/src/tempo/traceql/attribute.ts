// What a TraceQL query can name: attributes by scope, and intrinsics.

export type AttributeScope = 'none' | 'resource' | 'span' | 'event' | 'link' | 'instrumentation'

export type Intrinsic =
  | 'duration'
  | 'name'
  | 'status'
  | 'statusMessage'
  | 'kind'
  | 'span:childCount'
  | 'span:id'
  | 'span:parentID'
  | 'rootServiceName'
  | 'rootName'
  | 'traceDuration'
  | 'trace:id'
  | 'nestedSetLeft'
  | 'nestedSetRight'
  | 'nestedSetParent'
  | 'event:name'
  | 'event:timeSinceStart'
  | 'link:spanID'
  | 'link:traceID'
  | 'instrumentation:name'
  | 'instrumentation:version'
  | 'parent'

export interface Attribute {
  scope: AttributeScope
  name: string
  intrinsic?: Intrinsic
  /** `parent.x`: parsed, refused by validation as Tempo does. */
  parent?: boolean
}

export function intrinsicAttribute(intrinsic: Intrinsic): Attribute {
  return { scope: 'none', name: intrinsic, intrinsic }
}

export function scopedAttribute(scope: AttributeScope, name: string): Attribute {
  return { scope, name }
}

/** Bare words that are intrinsics in an expression. */
export const bareIntrinsics: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  ['duration', 'duration'],
  ['name', 'name'],
  ['status', 'status'],
  ['statusMessage', 'statusMessage'],
  ['kind', 'kind'],
  ['parent', 'parent'],
  ['rootName', 'rootName'],
  ['rootServiceName', 'rootServiceName'],
  ['traceDuration', 'traceDuration'],
  ['nestedSetLeft', 'nestedSetLeft'],
  ['nestedSetRight', 'nestedSetRight'],
  ['nestedSetParent', 'nestedSetParent'],
])

/** `scope:` and the words allowed after it. */
export const scopedIntrinsics: ReadonlyMap<string, ReadonlyMap<string, Intrinsic>> = new Map([
  [
    'trace:',
    new Map<string, Intrinsic>([
      ['duration', 'traceDuration'],
      ['rootName', 'rootName'],
      ['rootService', 'rootServiceName'],
      ['id', 'trace:id'],
    ]),
  ],
  [
    'span:',
    new Map<string, Intrinsic>([
      ['duration', 'duration'],
      ['name', 'name'],
      ['kind', 'kind'],
      ['status', 'status'],
      ['statusMessage', 'statusMessage'],
      ['id', 'span:id'],
      ['parentID', 'span:parentID'],
      ['childCount', 'span:childCount'],
    ]),
  ],
  [
    'event:',
    new Map<string, Intrinsic>([
      ['name', 'event:name'],
      ['timeSinceStart', 'event:timeSinceStart'],
    ]),
  ],
  [
    'link:',
    new Map<string, Intrinsic>([
      ['traceID', 'link:traceID'],
      ['spanID', 'link:spanID'],
    ]),
  ],
  [
    'instrumentation:',
    new Map<string, Intrinsic>([
      ['name', 'instrumentation:name'],
      ['version', 'instrumentation:version'],
    ]),
  ],
])

export function isAttributeRune(rune: string): boolean {
  return rune !== '' && !/[\s{}()=~!<>&|^,]/u.test(rune)
}

/** The attribute as TraceQL writes it; it names series labels and group attributes too. */
export function formatAttribute(attribute: Attribute): string {
  const scopes: string[] = attribute.parent === true ? ['parent'] : []
  if (attribute.scope !== 'none') scopes.push(attribute.scope)
  const bare = attribute.intrinsic ?? attribute.name
  const prefix = scopes.length > 0 ? `${scopes.join('.')}.` : attribute.intrinsic === undefined ? '.' : ''
  const needsQuotes = bare.includes('"') || Array.from(bare).some((rune) => !isAttributeRune(rune))
  return prefix + (needsQuotes ? `"${bare.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : bare)
}

/** Equal attributes have equal keys. */
export function attributeKey(attribute: Attribute): string {
  return `${attribute.parent === true ? 'parent.' : ''}${attribute.scope}:${attribute.intrinsic ?? ''}:${attribute.name}`
}

/** `.region`: on the span or on its resource. */
export function isUnscopedAttribute({ scope, intrinsic }: Attribute): boolean {
  return scope === 'none' && intrinsic === undefined
}
