/** The shop's services keep their colours in every view; strangers get one of the rest by name. */
const known: Record<string, number> = { gateway: 1, checkout: 2, inventory: 3, payment: 4, postgres: 5, postgresql: 5 }
const others = [6, 7, 8]

export function serviceHue(service: string): string {
  const hue = known[service] ?? others[hash(service) % others.length] ?? 8
  return `var(--hue-${hue})`
}

function hash(text: string): number {
  let value = 0
  for (const char of text) value = (value * 31 + (char.codePointAt(0) ?? 0)) >>> 0
  return value
}
