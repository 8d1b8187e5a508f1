import type { InstantSample } from '../../api/prometheus-client.ts'
import type { ComponentHealth } from '../../api/shop-client.ts'
import { Link } from '../../app/link.tsx'
import { serviceHue } from '../../app/service-hue.ts'
import { metricsHref } from '../../app/view-links.ts'
import { formatNumber, formatQuantity } from '../../domain/quantity.ts'
import type { PlacedNode } from '../../domain/service-graph.ts'
import { layoutServiceGraph } from '../../domain/service-graph.ts'
import { redQueries, shopEdges } from '../../domain/shop-queries.ts'

export interface ShopNumbers {
  rate: InstantSample[]
  errors: InstantSample[]
  p95: InstantSample[]
  edgeRate: InstantSample[]
  edgeErrors: InstantSample[]
}

interface ShopTopologyProps {
  health: readonly ComponentHealth[] | undefined
  numbers: ShopNumbers | undefined
  serviceLabel: string
  params: URLSearchParams
}

const nodeWidth = 168
const nodeHeight = 76
const columnGap = 76
const rowGap = 28

export function ShopTopology({ health, numbers, serviceLabel, params }: ShopTopologyProps) {
  const seen = (numbers?.edgeRate ?? []).flatMap(({ labels }) => {
    const from = shownName(labels.client)
    const to = shownName(labels.server)
    return from === undefined || to === undefined ? [] : [{ from, to }]
  })
  const edges = [...new Map([...shopEdges, ...seen].map((edge) => [`${edge.from} ${edge.to}`, edge])).values()]
  const nodes = layoutServiceGraph(edges)
  const layers = Math.max(...nodes.map(({ layer }) => layer)) + 1
  const rows = Math.max(...nodes.map((node) => node.rows))
  const width = layers * nodeWidth + (layers - 1) * columnGap
  const height = rows * nodeHeight + (rows - 1) * rowGap
  const place = ({ layer, row, rows: inColumn }: PlacedNode) => ({
    x: layer * (nodeWidth + columnGap),
    y: row * (nodeHeight + rowGap) + ((rows - inColumn) * (nodeHeight + rowGap)) / 2,
  })
  const byName = new Map(nodes.map((node) => [node.name, place(node)]))

  return (
    <div className="topology scroll-x">
      <div className="topology-canvas" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map(({ from, to }) => {
            const start = byName.get(from)
            const end = byName.get(to)
            if (start === undefined || end === undefined) return undefined
            const rate = edgeValue(numbers?.edgeRate, from, to)
            const failed = edgeValue(numbers?.edgeErrors, from, to) ?? 0
            const [x1, y1] = [start.x + nodeWidth, start.y + nodeHeight / 2]
            const [x2, y2] = [end.x - 5, end.y + nodeHeight / 2]
            const bend = Math.max(30, (x2 - x1) / 2)
            const isBusy = rate !== undefined && rate > 0
            return (
              <g
                key={`${from} ${to}`}
                className={`topology-edge ${isBusy ? 'is-busy' : ''} ${failed > 0 ? 'is-failing' : ''}`}
              >
                <path d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} />
                <path className="topology-arrow" d={`M${x2 - 4} ${y2 - 4}L${x2 + 3} ${y2}L${x2 - 4} ${y2 + 4}Z`} />
                {isBusy && (
                  <text x={(x1 + x2) / 2} y={(y1 + y2) / 2 - 5} textAnchor="middle">
                    {formatNumber(rate)}/s
                  </text>
                )}
              </g>
            )
          })}
        </svg>
        <ul>
          {nodes.map((node) => {
            const { x, y } = place(node)
            const value = (samples: InstantSample[] | undefined) =>
              samples?.find(({ labels }) => labels[serviceLabel] === node.name)?.value
            return (
              <li key={node.name} style={{ left: x, top: y, width: nodeWidth, height: nodeHeight }}>
                <TopologyNode
                  name={node.name}
                  status={health?.find(({ name }) => name === node.name)?.status}
                  rate={value(numbers?.rate)}
                  errors={value(numbers?.errors)}
                  p95={value(numbers?.p95)}
                  href={nodeHref(node.name, serviceLabel, params)}
                />
              </li>
            )
          })}
        </ul>
      </div>
    </div>
  )
}

interface TopologyNodeProps {
  name: string
  status: string | undefined
  rate: number | undefined
  errors: number | undefined
  p95: number | undefined
  href: string
}

function TopologyNode({ name, status, rate, errors, p95, href }: TopologyNodeProps) {
  const share = rate === undefined || rate === 0 ? undefined : (errors ?? 0) / rate
  const statusColour = status === undefined ? 'var(--ink-faint)' : status === 'up' ? 'var(--good)' : 'var(--error)'
  return (
    <Link className="topology-node" href={href} style={{ '--dot': serviceHue(name) }}>
      <span className="topology-name">
        <span className="dot" style={{ '--dot': statusColour }} title={status ?? 'not known yet'} />
        {name}
        <span className="visually-hidden">{status}</span>
      </span>
      <span className="topology-numbers">
        <span>{rate === undefined ? '–' : `${formatNumber(rate)}/s`}</span>
        <span className={share !== undefined && share > 0 ? 'is-error' : ''}>
          {share === undefined ? '–' : `${formatNumber(share * 100)} %`}
        </span>
        <span>{p95 === undefined || Number.isNaN(p95) ? '–' : formatQuantity(p95, 'seconds')}</span>
      </span>
      <span className="topology-units" aria-hidden="true">
        <span>rate</span>
        <span>errors</span>
        <span>p95</span>
      </span>
    </Link>
  )
}

/** Tempo names a database by its system, and who calls from outside "user": that is nobody's service. */
function shownName(name: string | undefined): string | undefined {
  if (name === undefined || name === '' || name === 'user') return undefined
  return name.startsWith('postgres') || name === 'shop' ? 'postgres' : name
}

function edgeValue(samples: InstantSample[] | undefined, from: string, to: string): number | undefined {
  const matching =
    samples?.filter(({ labels }) => shownName(labels.client) === from && shownName(labels.server) === to) ?? []
  return matching.length === 0 ? undefined : matching.reduce((sum, { value }) => sum + value, 0)
}

function nodeHref(name: string, serviceLabel: string, params: URLSearchParams): string {
  if (name === 'postgres') {
    return metricsHref(
      [
        'sum by (db_client_connection_state) (db_client_connection_count)',
        'sum(db_client_connection_pending_requests)',
      ],
      { from: params },
    )
  }
  const { rate, errors, p95 } = redQueries(serviceLabel, name)
  return metricsHref([rate, errors, p95], { from: params })
}
