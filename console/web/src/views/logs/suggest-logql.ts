import { labelNames, labelValues } from '../../api/loki-client.ts'
import type { CompletionContext } from '../../components/query-editor/completion-context.ts'
import type { Suggestion } from '../../components/query-editor/query-editor.tsx'

export async function suggestLogql(context: CompletionContext, tenant: string | undefined): Promise<Suggestion[]> {
  switch (context.place) {
    case 'name':
      return (await labelNames({ tenant })).map((label) => ({ label, kind: 'name' }))
    case 'value':
      return (await labelValues(context.name, { tenant })).map((label) => ({ label, kind: 'value' }))
    default:
      return []
  }
}
