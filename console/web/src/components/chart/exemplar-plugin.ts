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
        ctx.lineWidth = 1.5 * devicePixelRatio
        for (const exemplar of exemplars()) {
          const { x, y } = place(plot, exemplar, true)
          ctx.beginPath()
          ctx.moveTo(x, y - size)
          ctx.lineTo(x + size, y)
          ctx.lineTo(x, y + size)
          ctx.lineTo(x - size, y)
          ctx.closePath()
          ctx.fillStyle = fillColour
          ctx.strokeStyle = ringColour
          ctx.fill()
          ctx.stroke()
        }
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
