/** A URL as it may be shown in logs, labels and pages: without user and password. */
export function publicUrl(url: URL): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href
}
