import { ConfigurationFault } from './link-result.ts'
import type { Provisioning } from './provisioning.ts'

/** A link into Grafana: `/d/<uid>`, with `viewPanel` where it means one panel. Answers where it leads. */
export function checkGrafanaUrl({ dashboards }: Provisioning, link: string): string {
  const { pathname, searchParams } = new URL(link, 'http://grafana')
  const [, uid] = /^\/d\/([^/]+)/.exec(pathname) ?? []
  if (uid === undefined) throw new ConfigurationFault(`${link} is no address of a dashboard (/d/<uid>)`)
  const viewPanel = searchParams.get('viewPanel')?.replace(/^panel-/, '')
  return checkPanel({ dashboards }, uid, viewPanel === undefined ? undefined : Number(viewPanel))
}

export function checkPanel(
  { dashboards }: Pick<Provisioning, 'dashboards'>,
  uid: string,
  panelId: number | undefined,
): string {
  const dashboard = dashboards.get(uid)
  if (dashboard === undefined)
    throw new ConfigurationFault(`no dashboard has the uid "${uid}"; there are ${[...dashboards.keys()].join(', ')}`)
  if (panelId !== undefined && !dashboard.panelIds.has(panelId))
    throw new ConfigurationFault(`the dashboard ${uid} has no panel ${panelId}`)
  return `leads to ${dashboard.title}${panelId === undefined ? '' : `, panel ${panelId}`}`
}
