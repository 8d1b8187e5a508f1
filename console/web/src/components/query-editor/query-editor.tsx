import { Suspense, lazy, useEffect, useState } from 'react'
import type { QueryPosition } from '../../domain/error-position.ts'
import type { CompletionContext } from './completion-context.ts'
import './query-editor.css'

export type QueryLanguage = 'logql' | 'traceql' | 'promql'

export interface Suggestion {
  label: string
  kind: 'name' | 'value' | 'metric' | 'function' | 'keyword'
  detail?: string | undefined
  /** What is inserted, where that is more than the label. */
  insert?: string | undefined
}

/** What the API knows for a place in the query; keywords and functions are added by the editor. */
export type SuggestionSource = (context: CompletionContext) => Promise<Suggestion[]>

export interface QueryEditorProps {
  language: QueryLanguage
  label: string
  placeholder: string
  /** The query of the address; the editor starts from it and follows it. */
  value: string
  position: QueryPosition | undefined
  suggest: SuggestionSource
  onRun: (query: string) => void
  onDraft?: (query: string) => void
}

const CodeEditor = lazy(async () => ({ default: (await import('./code-editor.tsx')).CodeEditor }))

/** A plain text field until CodeMirror has loaded; the query can be read and run all the while. */
export function QueryEditor(props: QueryEditorProps) {
  return (
    <div className="query-editor">
      <Suspense fallback={<PlainEditor {...props} />}>
        <CodeEditor {...props} />
      </Suspense>
    </div>
  )
}

function PlainEditor({ label, placeholder, value, onRun, onDraft }: QueryEditorProps) {
  const [draft, setDraft] = useState(value)
  useEffect(() => setDraft(value), [value])
  return (
    <textarea
      className="plain-editor mono"
      aria-label={label}
      placeholder={placeholder}
      rows={1}
      spellCheck={false}
      value={draft}
      onChange={(event) => {
        setDraft(event.target.value)
        onDraft?.(event.target.value)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.shiftKey) return
        event.preventDefault()
        onRun(draft)
      }}
    />
  )
}
