/** Label names in paths may be escaped as `U__my_2e_label`: `_HEX_` is a code point, `__` an underscore. */
export function unescapeName(name: string): string {
  if (!name.startsWith('U__')) return name
  const body = name.slice(3)
  const unescaped = body.replace(/__|_([0-9a-fA-F]{1,6})_/g, (_, hex: string | undefined) =>
    hex === undefined ? '_' : String.fromCodePoint(Math.min(Number.parseInt(hex, 16), 0x10ffff)),
  )
  return unescaped.isWellFormed() ? unescaped : name
}
