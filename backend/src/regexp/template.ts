import type { RegexpMatch } from './regexp.ts'

/** Go's `Regexp.Expand`: `$name` takes the longest run of letters, digits and underscores; `${name}` is explicit; an unknown group is empty. */
export function expandTemplate(template: string, match: RegexpMatch, groupNames: readonly string[]): string {
  return template.replace(
    /\$(?:\$|(\w+)|\{(\w+)\})/g,
    (whole, bare: string | undefined, braced: string | undefined) => {
      const name = bare ?? braced
      if (name === undefined) return '$'
      return groupText(name, match, groupNames) ?? ''
    },
  )
}

function groupText(name: string, match: RegexpMatch, groupNames: readonly string[]): string | undefined {
  if (/^(0|[1-9]\d*)$/.test(name)) return match.groups[Number(name)]
  const index = groupNames.lastIndexOf(name)
  return index < 0 ? undefined : match.groups[index]
}
