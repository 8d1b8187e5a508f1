import { tagNames, tagValues } from '../../api/tempo-client.ts'
import type { CompletionContext } from '../../components/query-editor/completion-context.ts'
import type { Suggestion } from '../../components/query-editor/query-editor.tsx'

export async function suggestTraceql(context: CompletionContext, tenant: string | undefined): Promise<Suggestion[]> {
  switch (context.place) {
    case 'name':
      return (await tagNames({ tenant })).map((label) => ({ label, kind: 'name' }))
    case 'value':
      return (await tagValues(context.name, { tenant })).map(({ type, value }) => {
        // Only strings are quoted in TraceQL; numbers, durations and enums stand bare.
        const insert = type === 'string' && !context.isQuoted ? JSON.stringify(value) : value
        return { label: value, kind: 'value', detail: type, insert }
      })
    default:
      return []
  }
}
