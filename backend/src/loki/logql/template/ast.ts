import type { Value } from './value.ts'

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | {
      readonly kind: 'if' | 'with' | 'range'
      readonly pipe: Pipe
      readonly body: readonly TemplateNode[]
      readonly otherwise: readonly TemplateNode[]
    }
  | { readonly kind: 'break' | 'continue' }

export interface Pipe {
  readonly commands: readonly Command[]
  readonly variables: readonly string[]
  /** `$x = ...` instead of `$x := ...` */
  readonly isAssignment: boolean
}

/** A function or a value, and its arguments. */
export interface Command {
  readonly operands: readonly Operand[]
  readonly source: Source
  readonly last: Source
}

/** What an error names: where in the template something starts, and how it reads. */
export interface Source {
  readonly at: number
  readonly text: string
}

export type Operand =
  | { readonly kind: 'dot' }
  | { readonly kind: 'literal'; readonly value: Value; readonly text: string }
  | { readonly kind: 'field'; readonly names: readonly string[]; readonly at: number }
  | { readonly kind: 'variable'; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: 'function'; readonly name: string; readonly at: number }
  | { readonly kind: 'pipe'; readonly pipe: Pipe; readonly names: readonly string[] }
