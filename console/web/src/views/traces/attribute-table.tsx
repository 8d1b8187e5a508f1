import { Link } from '../../app/link.tsx'
import { tracesHref } from '../../app/view-links.ts'
import type { Attribute } from '../../domain/trace.ts'
import { attributeText } from '../../domain/trace.ts'

interface AttributeTableProps {
  title: string
  scope: 'span' | 'resource'
  attributes: readonly Attribute[]
  params: URLSearchParams
  isOpen?: boolean
}

export function AttributeTable({ title, scope, attributes, params, isOpen = false }: AttributeTableProps) {
  if (attributes.length === 0) return undefined
  return (
    <details className="attribute-table" open={isOpen}>
      <summary>
        {title} <span className="faint">{attributes.length}</span>
      </summary>
      <dl>
        {attributes
          .toSorted((a, b) => a.key.localeCompare(b.key))
          .map((attribute) => (
            <div key={attribute.key}>
              <dt>{attribute.key}</dt>
              <dd>
                {attributeText(attribute.value)}
                <Link
                  className="attribute-search"
                  href={tracesHref(`{ ${scope}.${fieldName(attribute.key)} = ${literal(attribute)} }`, {
                    from: params,
                  })}
                  aria-label={`Traces with ${attribute.key} = ${attributeText(attribute.value)}`}
                >
                  find
                </Link>
              </dd>
            </div>
          ))}
      </dl>
    </details>
  )
}

/** A name with a space or another unusual sign must be quoted in TraceQL. */
function fieldName(key: string): string {
  return /^[\w.:/-]+$/.test(key) ? key : JSON.stringify(key)
}

function literal({ value }: Attribute): string {
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : JSON.stringify(attributeText(value))
}
