import type uPlot from 'uplot'
import type { ExemplarPoint } from './time-chart.tsx'

const sizePx = 5
const reachPx = 9

/** Diamonds at the exemplars' own time and value; a click on one opens its trace. */
export function exemplarPlugin(
  exemplars: () => readonly ExemplarPoint[],
  open: (exemplar: ExemplarPoint) => void,
  ringColour: string,
  fillColour: string,
): uPlot.Plugin {
  const place = (plot: uPlot, { timestampMs, value }: ExemplarPoint, canvas: boolean) => ({
    x: plot.valToPos(timestampMs / 1000, 'x', canvas),
    y: plot.valToPos(value, 'y', canvas),
  })
  const under = (plot: uPlot, event: MouseEvent): ExemplarPoint | undefined => {
    const box = plot.over.getBoundingClientRect()
    const pointer = { x: event.clientX - box.left, y: event.clientY - box.top }
    let nearest: { exemplar: ExemplarPoint; distance: number } | undefined
    for (const exemplar of exemplars()) {
      const { x, y } = place(plot, exemplar, false)
      const distance = Math.hypot(x - pointer.x, y - pointer.y)
      if (distance <= reachPx && distance < (nearest?.distance ?? Infinity)) nearest = { exemplar, distance }
    }
    return nearest?.exemplar
  }
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot
        const size = sizePx * devicePixelRatio
        ctx.save()
        ctx.beginPath()
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
        ctx.clip()
        ctx.lineWidth = 2.5 * devicePixelRatio
        ctx.strokeStyle = ringColour
        ctx.fillStyle = fillColour
        const diamonds = new Path2D()
        for (const exemplar of exemplars()) {
          const { x, y } = place(plot, exemplar, true)
          diamonds.moveTo(x, y - size)
          diamonds.lineTo(x + size, y)
          diamonds.lineTo(x, y + size)
          diamonds.lineTo(x - size, y)
          diamonds.closePath()
        }
        // All rings before all dots: in a crowd no dot is cut by its neighbour's ring.
        ctx.stroke(diamonds)
        ctx.fill(diamonds)
        ctx.restore()
      },
      ready: (plot) => {
        plot.over.addEventListener('mousemove', (event) => {
          const exemplar = under(plot, event)
          plot.over.style.cursor = exemplar === undefined ? 'crosshair' : 'pointer'
          plot.over.title = exemplar === undefined ? '' : `Open trace ${exemplar.traceId}`
        })
        plot.over.addEventListener('click', (event) => {
          const exemplar = under(plot, event)
          if (exemplar !== undefined) open(exemplar)
        })
      },
    },
  }
}
