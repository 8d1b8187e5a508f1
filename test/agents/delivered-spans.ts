import { asArray, asText, field } from '../../scripts/lab/json.ts'
import { tempoTraceUrl } from '../../scripts/lab/proof/store-client.ts'
import type { Note } from './delivery.ts'
import { getJson } from './get-json.ts'
import type { Scenario } from './scenario.ts'

export async function spansDelivered(tempo: string, scenario: Scenario, note: Note): Promise<void> {
  // One of each kind is enough to see what an agent adds or takes; that none is missing is asked of all (await-delivery.ts).
  for (const { traceId } of [...scenario.placed.slice(0, 3), ...scenario.timedOut.slice(0, 3)]) {
    const body = await getJson(tempoTraceUrl(tempo, traceId))
    for (const resourceSpans of asArray(field(body, 'trace', 'resourceSpans'))) {
      const resource = asArray(field(resourceSpans, 'resource', 'attributes'))
      const service = asText(field(resource.find(named('service.name')), 'value', 'stringValue'))
      note(`resource of ${service}`, 'attribute', ...resource.map(keyOf))
      for (const scopeSpans of asArray(field(resourceSpans, 'scopeSpans'))) {
        for (const span of asArray(field(scopeSpans, 'spans'))) {
          const subject = `span "${asText(field(span, 'name'))}" of ${service}`
          note(subject, 'scope', asText(field(scopeSpans, 'scope', 'name')))
          note(subject, 'attribute', ...asArray(field(span, 'attributes')).map(keyOf))
          note(subject, 'event', ...asArray(field(span, 'events')).map((event) => asText(field(event, 'name'))))
        }
      }
    }
  }
}

const keyOf = (attribute: unknown): string => asText(field(attribute, 'key'))

const named = (name: string) => (attribute: unknown) => keyOf(attribute) === name
