import { serviceHue } from '../../app/service-hue.ts'

const hues = 8

/** One series for each service: each in the colour it has everywhere. Otherwise the theme's colours in turn. */
export function seriesColours(all: readonly Record<string, string>[]): string[] {
  const services = all.map((labels) => labels.service_name ?? labels.service ?? labels['resource.service.name'])
  const isByService = services.length > 1 && new Set(services).size === services.length
  return services.map((service, index) =>
    isByService && service !== undefined ? serviceHue(service) : seriesColour(index),
  )
}

/** The second round is paler. */
function seriesColour(index: number): string {
  const hue = `var(--hue-${(index % hues) + 1})`
  return index < hues ? hue : `color-mix(in srgb, ${hue} 60%, var(--ink-faint))`
}

/** A canvas knows no custom properties: the browser resolves the colour on an element first. */
export function resolveColour(element: Element, colour: string): string {
  const probe = document.createElement('span')
  probe.style.color = colour
  element.append(probe)
  const resolved = getComputedStyle(probe).color
  probe.remove()
  return resolved
}
