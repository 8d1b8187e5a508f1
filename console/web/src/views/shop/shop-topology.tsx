import { useRef } from 'react'
import type { InstantSample } from '../../api/prometheus-client.ts'
import type { ComponentHealth } from '../../api/shop-client.ts'
import { Link } from '../../app/link.tsx'
import { serviceHue } from '../../app/service-hue.ts'
import { useElementWidth } from '../../app/use-element-width.ts'
import { metricsHref } from '../../app/view-links.ts'
import { formatNumber, formatQuantity } from '../../domain/quantity.ts'
import type { GraphEdge, PlacedNode } from '../../domain/service-graph.ts'
import { layoutServiceGraph } from '../../domain/service-graph.ts'
import { redQueries, shopEdges } from '../../domain/shop-queries.ts'

export interface ShopNumbers {
  rate: InstantSample[]
  errors: InstantSample[]
  p95: InstantSample[]
  databaseP95: InstantSample[]
  edgeRate: InstantSample[]
  edgeErrors: InstantSample[]
}

interface ShopTopologyProps {
  health: readonly ComponentHealth[] | undefined
  numbers: ShopNumbers | undefined
  serviceLabel: string
  params: URLSearchParams
}

interface Geometry {
  isSideways: boolean
  node: { width: number; height: number }
  /** Between layers, and between the nodes of one. */
  gap: { layer: number; row: number }
}

const nodeHeight = 76
const paddingPx = 24
const downwards: Geometry = { isSideways: false, node: { width: 152, height: nodeHeight }, gap: { layer: 36, row: 14 } }

/** Callers stand left of whom they call where there is room for that, else above them. */
function fitGeometry(hostWidth: number, layers: number): Geometry {
  const room = hostWidth - paddingPx
  const gap = 44
  const width = Math.min(178, (room - gap * (layers - 1)) / layers)
  if (width < 148) return downwards
  const layerGap = Math.min(80, (room - width * layers) / Math.max(1, layers - 1))
  return { isSideways: true, node: { width, height: nodeHeight }, gap: { layer: layerGap, row: 28 } }
}

export function ShopTopology({ health, numbers, serviceLabel, params }: ShopTopologyProps) {
  const host = useRef<HTMLDivElement>(null)
  const hostWidth = useElementWidth(host)
  const edges = shownEdges(numbers)
  const nodes = layoutServiceGraph(edges)
  const layers = Math.max(...nodes.map(({ layer }) => layer)) + 1
  const geometry = fitGeometry(hostWidth ?? window.innerWidth, layers)
  const { width, height, places } = placeNodes(nodes, geometry)

  return (
    <div ref={host} className="topology scroll-x">
      <div className="topology-canvas" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map(({ from, to }) => (
            <TopologyEdge
              key={`${from} ${to}`}
              from={places.get(from)}
              to={places.get(to)}
              geometry={geometry}
              rate={edgeValue(numbers?.edgeRate, from, to)}
              failed={edgeValue(numbers?.edgeErrors, from, to)}
            />
          ))}
        </svg>
        <ul>
          {nodes.map(({ name }) => {
            const place = places.get(name)
            const { rate, errors, p95 } = nodeNumbers(name, numbers, serviceLabel)
            return (
              <li key={name} style={{ left: place?.x, top: place?.y, ...geometry.node }}>
                <TopologyNode
                  name={name}
                  status={health?.find((component) => component.name === name)?.status}
                  rate={rate}
                  errors={errors}
                  p95={p95}
                  href={nodeHref(name, serviceLabel, params)}
                />
              </li>
            )
          })}
        </ul>
      </div>
    </div>
  )
}

interface Place {
  x: number
  y: number
}

function placeNodes(nodes: readonly PlacedNode[], { isSideways, node, gap }: Geometry) {
  const layers = Math.max(...nodes.map(({ layer }) => layer)) + 1
  const rows = Math.max(...nodes.map((placed) => placed.rows))
  const [along, across] = isSideways ? [node.width, node.height] : [node.height, node.width]
  const extent = (count: number, size: number, between: number) => count * size + (count - 1) * between
  const length = extent(layers, along, gap.layer)
  const breadth = extent(rows, across, gap.row)
  const places = new Map<string, Place>()
  for (const { name, layer, row, rows: inLayer } of nodes) {
    const main = layer * (along + gap.layer)
    const cross = row * (across + gap.row) + ((rows - inLayer) * (across + gap.row)) / 2
    places.set(name, isSideways ? { x: main, y: cross } : { x: cross, y: main })
  }
  return { width: isSideways ? length : breadth, height: isSideways ? breadth : length, places }
}

interface TopologyEdgeProps {
  from: Place | undefined
  to: Place | undefined
  geometry: Geometry
  rate: number | undefined
  failed: number | undefined
}

function TopologyEdge({ from, to, geometry: { isSideways, node, gap }, rate = 0, failed = 0 }: TopologyEdgeProps) {
  if (from === undefined || to === undefined) return undefined
  const bend = gap.layer / 2
  // Past a whole layer the label would lie under its nodes.
  const isLongWayDown = !isSideways && to.y - from.y > node.height + gap.layer
  const start = isSideways
    ? { x: from.x + node.width, y: from.y + node.height / 2 }
    : { x: from.x + node.width / 2, y: from.y + node.height }
  const end = isSideways ? { x: to.x - 6, y: to.y + node.height / 2 } : { x: to.x + node.width / 2, y: to.y - 6 }
  const path = isSideways
    ? `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`
    : `M${start.x} ${start.y}C${start.x} ${start.y + bend} ${end.x} ${end.y - bend} ${end.x} ${end.y}`
  const arrow = isSideways
    ? `M${end.x - 3} ${end.y - 4}L${end.x + 5} ${end.y}L${end.x - 3} ${end.y + 4}Z`
    : `M${end.x - 4} ${end.y - 3}L${end.x} ${end.y + 5}L${end.x + 4} ${end.y - 3}Z`
  return (
    <g className={`topology-edge ${rate > 0 ? 'is-busy' : ''} ${failed > 0 ? 'is-failing' : ''}`}>
      <path d={path} />
      <path className="topology-arrow" d={arrow} />
      {rate > 0 && !isLongWayDown && (
        <text x={(start.x + end.x) / 2} y={(start.y + end.y) / 2 - (isSideways ? 5 : 0)} textAnchor="middle">
          {formatNumber(rate)}/s
        </text>
      )}
    </g>
  )
}

/** The shop's own wiring, and whatever else Tempo has seen calling. */
function shownEdges(numbers: ShopNumbers | undefined): GraphEdge[] {
  const seen = (numbers?.edgeRate ?? []).flatMap((sample) => seenEdge(sample) ?? [])
  return [...new Map([...shopEdges, ...seen].map((edge) => [`${edge.from} ${edge.to}`, edge])).values()]
}

/** Tempo names a database by its address; the shop has one. Who calls from outside ("user") is nobody's service. */
function seenEdge({ labels }: InstantSample): GraphEdge | undefined {
  const { client = '', server = '', connection_type: kind } = labels
  const to = kind === 'database' ? 'postgres' : server
  return client === '' || client === 'user' || to === '' ? undefined : { from: client, to }
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
        <Measure unit="rate" value={rate === undefined ? undefined : `${formatNumber(rate)}/s`} />
        <Measure
          unit="errors"
          value={share === undefined ? undefined : formatShare(share)}
          isBad={share !== undefined && share > 0}
        />
        <Measure
          unit="p95"
          value={p95 === undefined || Number.isNaN(p95) ? undefined : formatQuantity(p95, 'seconds')}
        />
      </span>
    </Link>
  )
}

function Measure({ unit, value, isBad = false }: { unit: string; value: string | undefined; isBad?: boolean }) {
  return (
    <span className={isBad ? 'is-error' : ''}>
      {value ?? '–'}
      <small>{unit}</small>
    </span>
  )
}

function formatShare(share: number): string {
  return share > 0 && share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`
}

/** A service by its own HTTP metrics; the database, which has none, by what its callers saw. */
function nodeNumbers(name: string, numbers: ShopNumbers | undefined, serviceLabel: string) {
  if (numbers === undefined) return { rate: undefined, errors: undefined, p95: undefined }
  if (name === 'postgres') {
    return {
      rate: callsInto(numbers.edgeRate, name),
      errors: callsInto(numbers.edgeErrors, name),
      p95: numbers.databaseP95[0]?.value,
    }
  }
  const own = (samples: InstantSample[]) => samples.find(({ labels }) => labels[serviceLabel] === name)?.value
  return { rate: own(numbers.rate), errors: own(numbers.errors), p95: own(numbers.p95) }
}

function callsInto(samples: InstantSample[], to: string): number | undefined {
  const calls = samples.filter((sample) => seenEdge(sample)?.to === to)
  return calls.length === 0 ? undefined : calls.reduce((sum, { value }) => sum + value, 0)
}

function edgeValue(samples: InstantSample[] | undefined, from: string, to: string): number | undefined {
  const matching = (samples ?? []).filter((sample) => {
    const edge = seenEdge(sample)
    return edge?.from === from && edge.to === to
  })
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
