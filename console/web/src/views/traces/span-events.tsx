import { formatNano } from '../../domain/duration.ts'
import type { Span, SpanEvent } from '../../domain/trace.ts'
import { attributeText, findAttribute } from '../../domain/trace.ts'

/** Exceptions as a person reads them; every other event with its attributes. */
export function SpanEvents({ span }: { span: Span }) {
  if (span.events.length === 0) return undefined
  return (
    <section className="span-events">
      <h3>
        Events <span className="faint">{span.events.length}</span>
      </h3>
      <ol>
        {span.events.map((event, index) => (
          <li key={`${index}-${event.name}`}>
            <span className="faint">+{formatNano(event.timeUnixNano - span.startTimeUnixNano)}</span>{' '}
            {event.name === 'exception' ? <Exception event={event} /> : <PlainEvent event={event} />}
          </li>
        ))}
      </ol>
    </section>
  )
}

function Exception({ event }: { event: SpanEvent }) {
  const stack = findAttribute(event.attributes, 'exception.stacktrace')
  return (
    <>
      <strong className="exception-type">{findAttribute(event.attributes, 'exception.type') ?? 'exception'}</strong>{' '}
      {findAttribute(event.attributes, 'exception.message')}
      {stack !== undefined && (
        <details>
          <summary>Stack trace</summary>
          <pre className="stack-trace">{stack}</pre>
        </details>
      )}
    </>
  )
}

function PlainEvent({ event }: { event: SpanEvent }) {
  return (
    <>
      <strong>{event.name}</strong>{' '}
      {event.attributes.map(({ key, value }) => (
        <span key={key} className="event-attribute">
          <span className="faint">{key}</span> {attributeText(value)}
        </span>
      ))}
    </>
  )
}
