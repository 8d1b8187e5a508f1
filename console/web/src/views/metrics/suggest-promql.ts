import { labelNames, labelValues } from '../../api/prometheus-client.ts'
import type { CompletionContext } from '../../components/query-editor/completion-context.ts'
import type { Suggestion } from '../../components/query-editor/query-editor.tsx'

export async function suggestPromql(context: CompletionContext, tenant: string | undefined): Promise<Suggestion[]> {
  switch (context.place) {
    case 'name':
      return (await labelNames({ tenant }, context.metric)).map((label) => ({ label, kind: 'name' }))
    case 'value':
      return (await labelValues(context.name, { tenant }, context.metric)).map((label) => ({ label, kind: 'value' }))
    case 'expression':
      return (await labelValues('__name__', { tenant })).map((label) => ({ label, kind: 'metric' }))
    default:
      return []
  }
}
