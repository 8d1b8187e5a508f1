import { StateEffect, StateField } from '@codemirror/state'
import { Decoration, EditorView } from '@codemirror/view'
import type { DecorationSet } from '@codemirror/view'
import type { QueryPosition } from '../../domain/error-position.ts'
import { positionOffset } from '../../domain/error-position.ts'

export const setErrorPosition = StateEffect.define<QueryPosition | undefined>()

const mark = Decoration.mark({ class: 'cm-error' })

/** Underlines from where the API's message points to the end of that word; the first edit takes it away. */
export const errorMark = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setErrorPosition)) continue
      const text = transaction.state.doc.toString()
      if (effect.value === undefined || text === '') return Decoration.none
      const from = Math.min(positionOffset(text, effect.value), text.length - 1)
      const word = /^[\w.]+|^./s.exec(text.slice(from))?.[0] ?? ' '
      return Decoration.set(mark.range(from, Math.min(text.length, from + word.length)))
    }
    return transaction.docChanged ? Decoration.none : marks
  },
  provide: (field) => EditorView.decorations.from(field),
})
