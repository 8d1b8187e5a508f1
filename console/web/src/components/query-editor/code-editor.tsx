import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, insertNewline } from '@codemirror/commands'
import { bracketMatching } from '@codemirror/language'
import { Compartment, EditorState, Prec } from '@codemirror/state'
import { EditorView, keymap, placeholder as placeholderText } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { completionSource } from './completion.ts'
import { editorTheme } from './editor-theme.ts'
import { errorMark, setErrorPosition } from './error-mark.ts'
import type { QueryEditorProps } from './query-editor.tsx'
import { loadLanguage } from './query-languages.ts'

/** Enter runs, Shift+Enter breaks the line, Tab leaves the editor (nobody is trapped in it). */
export function CodeEditor(props: QueryEditorProps) {
  const { language, label, placeholder, value, position } = props
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    if (host.current === null) return
    const languageSlot = new Compartment()
    const runQuery = (editor: EditorView): boolean => {
      latest.current.onRun(editor.state.doc.toString())
      return true
    }
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          history(),
          bracketMatching(),
          closeBrackets(),
          autocompletion({
            override: [completionSource(language, (context) => latest.current.suggest(context))],
            icons: false,
          }),
          // The completion's own Enter stands before these, so that it accepts while its list is open.
          Prec.high(keymap.of(completionKeymap)),
          keymap.of([
            { key: 'Enter', run: runQuery, shift: insertNewline },
            { key: 'Mod-Enter', run: runQuery },
            ...closeBracketsKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onDraft?.(update.state.doc.toString())
          }),
          placeholderText(placeholder),
          languageSlot.of([]),
          errorMark,
          editorTheme,
        ],
      }),
    })
    view.current = editor
    let isGone = false
    void loadLanguage(language).then((loaded) => {
      if (!isGone) editor.dispatch({ effects: languageSlot.reconfigure(loaded) })
    })
    return () => {
      isGone = true
      view.current = undefined
      editor.destroy()
    }
  }, [language, label, placeholder])

  useEffect(() => {
    const editor = view.current
    if (editor === undefined || editor.state.doc.toString() === value) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } })
  }, [value])

  useEffect(() => {
    view.current?.dispatch({ effects: setErrorPosition.of(position) })
  }, [position])

  return <div ref={host} />
}
