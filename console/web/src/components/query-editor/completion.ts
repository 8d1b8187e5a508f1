import type {
  Completion,
  CompletionContext as EditorContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete'
import { selectorContext, traceqlContext } from './completion-context.ts'
import type { CompletionContext } from './completion-context.ts'
import type { QueryLanguage, Suggestion, SuggestionSource } from './query-editor.tsx'
import { traceqlEnums, traceqlIntrinsics, vocabulary } from './vocabulary.ts'

const completionTypes: Record<Suggestion['kind'], string> = {
  name: 'property',
  value: 'text',
  metric: 'variable',
  function: 'function',
  keyword: 'keyword',
}

export function completionSource(language: QueryLanguage, suggest: SuggestionSource): CompletionSource {
  return async (editor: EditorContext): Promise<CompletionResult | null> => {
    const before = editor.state.sliceDoc(0, editor.pos)
    const context = language === 'traceql' ? traceqlContext(before) : selectorContext(before)
    if (context.place === 'none') return null
    if (context.place === 'expression' && context.word === '' && !editor.explicit) return null
    const suggestions = await gather(language, context, suggest)
    if (suggestions.length === 0) return null
    return { from: context.from, options: suggestions.map(toCompletion), validFor: /^[\w.:/-]*$/ }
  }
}

async function gather(
  language: QueryLanguage,
  context: CompletionContext,
  suggest: SuggestionSource,
): Promise<Suggestion[]> {
  if (context.place === 'value' && language === 'traceql') {
    const enumeration = traceqlEnums[context.name]
    if (enumeration !== undefined) return enumeration.map((label) => ({ label, kind: 'value' }))
  }
  // Completion is a convenience: where the API cannot help, the words of the language still can.
  const fromApi = await suggest(context).catch((): Suggestion[] => [])
  switch (context.place) {
    case 'expression':
      return [...vocabulary[language], ...fromApi]
    case 'name':
      return language === 'traceql' ? [...traceqlIntrinsics, ...fromApi] : fromApi
    default:
      return fromApi
  }
}

function toCompletion({ label, kind, detail, insert }: Suggestion): Completion {
  return {
    label,
    type: completionTypes[kind],
    ...(detail === undefined ? {} : { detail }),
    ...(insert === undefined ? {} : { apply: insert }),
  }
}
