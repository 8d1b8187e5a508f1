const hues = 8

/** Colours of the theme in turn; the second round is paler. */
export function seriesColour(index: number): string {
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
