// A schema reads one YAML node into a typed value and reports every fault with its path and position.
// The tables beside this file are the only place that knows which keys exist: types and messages both come from them.
import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair, type YAMLMap } from 'yaml'
import { nearestKey } from './nearest-key.ts'

export interface Fault {
  readonly path: string
  /** Offset into the (expanded) text, for line and column. */
  readonly offset: number
  readonly message: string
}

/** Where a reader is: collects faults and warnings, knows the path. */
export class Place {
  readonly path: string
  readonly #document: Document
  readonly #faults: Fault[]
  readonly #warnings: Fault[]

  constructor(document: Document, faults: Fault[], warnings: Fault[], path = '') {
    this.#document = document
    this.#faults = faults
    this.#warnings = warnings
    this.path = path
  }

  key(name: string): Place {
    return this.#at(this.path === '' ? name : `${this.path}.${name}`)
  }

  index(i: number): Place {
    return this.#at(`${this.path}[${i}]`)
  }

  fault(node: Node | undefined, message: string): undefined {
    this.#faults.push({ path: this.path, offset: node?.range?.[0] ?? 0, message })
    return undefined
  }

  warn(node: Node | undefined, message: string): void {
    this.#warnings.push({ path: this.path, offset: node?.range?.[0] ?? 0, message })
  }

  resolve(node: unknown): Node | undefined {
    if (isAlias(node)) return this.resolve(node.resolve(this.#document))
    return isScalar(node) || isMap(node) || isSeq(node) ? node : undefined
  }

  #at(path: string): Place {
    return new Place(this.#document, this.#faults, this.#warnings, path)
  }
}

export interface Schema<T> {
  /** What is allowed here, in words: completes "expected …". */
  readonly expected: string
  /** undefined means: a fault was reported. A schema never reads a good value as undefined. */
  read(node: Node | undefined, place: Place): T | undefined
}

export interface Field<T> {
  readonly schema: Schema<unknown>
  readonly isRequired: boolean
  /** Value of an absent key. */
  readonly absent: T | undefined
  readonly present?: T
}

export type Value<S> = S extends Schema<infer T> ? T : never
type Shape = Readonly<Record<string, Field<unknown>>>
type Read<S extends Shape> = { readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never }

export const required = <T>(schema: Schema<T>): Field<T> => ({ schema, isRequired: true, absent: undefined })
export const optional = <T>(schema: Schema<T>): Field<T | undefined> => ({
  schema,
  isRequired: false,
  absent: undefined,
})
export const withDefault = <T>(schema: Schema<T>, value: T): Field<T> => ({ schema, isRequired: false, absent: value })

export interface OtherKeys {
  /** Keys Grafana Agent knows and the built-in agent does not run: an error, with what to do instead where there is something. */
  readonly unsupported?: Readonly<Record<string, string>>
  /** Keys that are accepted and change nothing here: a warning with the reason. */
  readonly withoutEffect?: Readonly<Record<string, string>>
}

/** Marks keys as known to Grafana Agent but not supported. */
export const known = (...keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(keys.map((key) => [key, '']))

const isEmptyScalar = (node: Node | undefined): boolean =>
  node === undefined || (isScalar(node) && (node.value === null || node.value === undefined))

/** The pairs of a mapping with YAML merge keys (`<<: *defaults`) followed; own keys win. */
function mergedPairs(node: YAMLMap, place: Place): Pair[] {
  const isMerge = (pair: Pair): boolean =>
    isScalar(pair.key) && pair.key.value !== '' && String(pair.key.source ?? pair.key.value) === '<<'
  const own = node.items.filter((pair) => !isMerge(pair))
  const merged = node.items.filter(isMerge).flatMap(({ value }) => {
    const source = place.resolve(value)
    const maps = isSeq(source) ? source.items.map((item) => place.resolve(item)) : [source]
    return maps.filter(isMap).flatMap((one) => mergedPairs(one, place))
  })
  const nameOf = (pair: Pair): string => (isScalar(pair.key) ? String(pair.key.value) : '?')
  const names = new Set(own.map(nameOf))
  return [...own, ...merged.filter((pair) => !names.has(nameOf(pair)) && names.add(nameOf(pair)))]
}

/** A mapping with a fixed set of keys. An empty node reads as the empty mapping, as Go's YAML does. */
export function object<S extends Shape>(shape: S, others: OtherKeys = {}): Schema<Read<S>> {
  const supported = Object.keys(shape)
  const unsupported = others.unsupported ?? {}
  const withoutEffect = others.withoutEffect ?? {}
  const everyKey = [...supported, ...Object.keys(withoutEffect), ...Object.keys(unsupported)]
  const allowed = [...supported, ...Object.keys(withoutEffect)].join(', ')

  function unknownKey(name: string, keyNode: Node, place: Place): void {
    const reason = unsupported[name]
    if (reason !== undefined) {
      place.fault(
        keyNode,
        `known to Grafana Agent but not supported by the built-in agent${reason === '' ? '' : ` (${reason})`}; allowed here: ${allowed}`,
      )
      return
    }
    const near = nearestKey(name, everyKey)
    const hint =
      near === undefined
        ? ''
        : ` did you mean "${near}"${near in unsupported ? ' (which the built-in agent does not support)' : ''}?`
    place.fault(keyNode, `unknown key;${hint} allowed here: ${allowed}`)
  }

  return {
    expected: `a mapping with the keys ${allowed}`,
    read(node, place) {
      const given = new Map<string, Node | undefined>()
      if (!isEmptyScalar(node)) {
        if (!isMap(node)) return place.fault(node, `expected a mapping (keys: ${allowed})`)
        for (const pair of mergedPairs(node, place)) {
          const keyNode = place.resolve(pair.key)
          const name = isScalar(keyNode) ? String(keyNode.value) : '?'
          if (keyNode !== undefined && name in withoutEffect) {
            place.key(name).warn(keyNode, `accepted without effect: ${withoutEffect[name]}`)
          } else if (keyNode !== undefined && !Object.hasOwn(shape, name)) {
            unknownKey(name, keyNode, place.key(name))
          } else given.set(name, place.resolve(pair.value))
        }
      }
      const result: Record<string, unknown> = {}
      let isWhole = true
      for (const [name, field] of Object.entries(shape)) {
        const at = place.key(name)
        if (!given.has(name)) {
          if (field.isRequired) {
            at.fault(node, `missing; expected ${field.schema.expected}`)
            isWhole = false
          } else result[name] = field.absent
          continue
        }
        const value = field.schema.read(given.get(name), at)
        if (value === undefined) isWhole = false
        else result[name] = value
      }
      // Every key of the shape has been given its own schema's value above.
      return isWhole ? (result as Read<S>) : undefined
    },
  }
}

/** A sequence. An empty node reads as the empty sequence. */
export function list<T>(item: Schema<T>): Schema<readonly T[]> {
  return {
    expected: `a list; each item ${item.expected}`,
    read(node, place) {
      if (isEmptyScalar(node)) return []
      if (!isSeq(node)) return place.fault(node, `expected a list (each item: ${item.expected})`)
      const values = node.items.map((child, i) => item.read(place.resolve(child), place.index(i)))
      const good = values.filter((value) => value !== undefined)
      return good.length === values.length ? good : undefined
    },
  }
}

/** A mapping from free names to values. */
export function map<T>(
  value: Schema<T>,
  checkKey: (key: string) => string | undefined = () => undefined,
): Schema<ReadonlyMap<string, T>> {
  return {
    expected: `a mapping of names to ${value.expected}`,
    read(node, place) {
      const result = new Map<string, T>()
      if (isEmptyScalar(node)) return result
      if (!isMap(node)) return place.fault(node, `expected a mapping of names to ${value.expected}`)
      let isWhole = true
      for (const pair of node.items) {
        const keyNode = place.resolve(pair.key)
        const name = isScalar(keyNode) ? (keyNode.source ?? String(keyNode.value)) : '?'
        const at = place.key(name)
        const problem = checkKey(name)
        if (problem !== undefined) at.fault(keyNode, problem)
        const read = value.read(place.resolve(pair.value), at)
        if (read === undefined || problem !== undefined) isWhole = false
        else result.set(name, read)
      }
      return isWhole ? result : undefined
    },
  }
}

/** Refines what another schema read; `refine` throws an Error whose message completes the fault. */
export function refined<T, U>(schema: Schema<T>, refine: (value: T) => U, expected = schema.expected): Schema<U> {
  return {
    expected,
    read(node, place) {
      const value = schema.read(node, place)
      if (value === undefined) return undefined
      try {
        return refine(value)
      } catch (error) {
        return place.fault(node, error instanceof Error ? error.message : String(error))
      }
    },
  }
}

/** A list whose items differ in what `identify` says of them. */
export function uniqueList<T>(item: Schema<T>, what: string, identify: (value: T) => string): Schema<readonly T[]> {
  return refined(list(item), (values) => {
    const names = values.map(identify)
    const again = names.find((name, i) => names.indexOf(name) !== i)
    if (again !== undefined) throw new Error(`expected a different ${what} in each item, got "${again}" twice`)
    return values
  })
}

/** A schema that refers to itself. */
export function lazy<T>(make: () => Schema<T>, expected: string): Schema<T> {
  let schema: Schema<T> | undefined
  return {
    expected,
    read: (node, place) => (schema ??= make()).read(node, place),
  }
}

type Alternatives = Readonly<Record<string, Schema<unknown>>>
export type OneKey<A extends Alternatives> = {
  readonly [K in keyof A & string]: { readonly kind: K; readonly config: Value<A[K]> }
}[keyof A & string]

/** A mapping with exactly one key, which says what the value is (a pipeline stage). */
export function oneKey<A extends Alternatives>(alternatives: A, unsupported: readonly string[]): Schema<OneKey<A>> {
  const shape: Shape = Object.fromEntries(Object.entries(alternatives).map(([k, schema]) => [k, optional(schema)]))
  const names = Object.keys(alternatives)
  const inner = object(shape, { unsupported: known(...unsupported) })
  return {
    expected: `a mapping with exactly one of the keys ${names.join(', ')}`,
    read(node, place) {
      if (isMap(node) && node.items.length !== 1) {
        return place.fault(node, `expected exactly one key (one of ${names.join(', ')}), got ${node.items.length}`)
      }
      if (!isMap(node)) return place.fault(node, `expected a mapping with one key (one of ${names.join(', ')})`)
      const value = inner.read(node, place)
      if (value === undefined) return undefined
      const kind = names.find((name) => value[name] !== undefined)
      // `inner` has read the one given key with the schema of that name.
      return kind === undefined ? undefined : ({ kind, config: value[kind] } as OneKey<A>)
    },
  }
}

export { isEmptyScalar }
