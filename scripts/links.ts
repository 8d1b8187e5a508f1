// Follows every link that Grafana is provisioned with, and runs every dashboard and alert query.
import { isAbsolute, join, resolve } from 'node:path'
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import { runningLab } from './lab/current-lab.ts'
import { interruption } from './lab/command-line/interruption.ts'
import { url } from './lab/lab-description.ts'
import type { Output } from './lab/command-line/output.ts'
import { table } from './lab/command-line/output.ts'
import { ROOT } from './lab/settings.ts'
import { connectGrafana } from './links/grafana-api.ts'
import { grafanaEnvironment } from './links/lab-environment.ts'
import type { LinkResult } from './links/link-result.ts'
import { proveLinks } from './links/prove-links.ts'
import { readProvisioning } from './links/provisioning.ts'
import { driveTraffic } from './links/traffic.ts'
import { proveViaGrafana } from './links/via-grafana.ts'

await runCommand({
  name: 'links',
  summary: 'Follows every link that Grafana is provisioned with, and runs every dashboard and alert query.',
  description:
    'Sends a few checkouts, some of them into the database timeout, and evaluates the files in grafana/ on what they emitted,\n' +
    'as Grafana would: logs to trace, trace to logs and metrics, exemplar to trace, service map, correlations, dashboards,\n' +
    'alerts. Each link is followed through the APIs of the stores; of one that is broken, the hop is named. Needs no Grafana.\n' +
    'One that runs in the lab (Docker) or beside it (--via-grafana) is asked as well: has it loaded the files, do its data\n' +
    'sources work, and does every query answer through its own plugins?',
  options: {
    grafana: { type: 'string', value: 'DIR', help: 'the folder with provisioning and dashboards (default grafana)' },
    timeout: { type: 'string', value: 'SECONDS', help: 'how long data may be under way (default 30)' },
    'via-grafana': {
      type: 'string',
      value: 'URL',
      help: "ask this Grafana as well, as its anonymous viewer (default: the lab's own, if it has one)",
    },
    env: {
      type: 'boolean',
      help: 'print the environment for a Grafana of your own beside this lab, with its passwords',
    },
    ...COMMON_OPTIONS,
  },
  exitCodes: {
    0: 'every link leads somewhere and every query answers',
    1: 'at least one does not; its broken hop is named',
    2: 'wrong usage or settings',
  },
  examples: [
    'npm run links',
    'npm run --silent links -- --json | jq \'.links[] | select(.verdict != "works")\'',
    'npm run --silent links -- --env > my-grafana.env',
  ],
  async run({ values, out }) {
    const timeoutSeconds = Number(values.timeout ?? '30')
    if (!(timeoutSeconds >= 0 && timeoutSeconds <= 600))
      throw new UsageError(`--timeout: expected seconds from 0 to 600, got "${values.timeout}"`)
    const lab = await runningLab(values['port-offset'])
    const environment = grafanaEnvironment(lab)
    if (values.env) {
      out.json(environment)
      for (const [name, value] of Object.entries(environment)) out.line(`${name}=${value}`)
      return EXIT.ok
    }
    const provisioning = readProvisioning(folder(values.grafana), environment)
    const ownGrafana = lab.runtime === 'docker' && lab.docker.grafana === 'on' ? url(lab, 'grafana') : undefined
    const grafanaUrl = values['via-grafana'] ?? ownGrafana
    const grafana = grafanaUrl === undefined ? undefined : await connectGrafana(grafanaUrl)
    using interrupted = interruption()
    out.progress('sending checkouts, some of them into the database timeout')
    const traffic = await driveTraffic(lab, interrupted.signal)
    out.progress(`following links: placed ${traffic.placed.traceId}, failed ${traffic.failed.traceId}`)
    const context = { provisioning, traffic, deadlineMs: Date.now() + timeoutSeconds * 1_000 }
    if (grafana !== undefined) out.progress(`and through Grafana ${grafana.version} at ${grafana.url}`)
    const throughGrafana = grafana === undefined ? [] : proveViaGrafana(context, grafana)
    const links = [...(await proveLinks(context)), ...(await Promise.all(throughGrafana))]
    const broken = links.filter(({ verdict }) => verdict === 'broken')
    out.json({
      proven: broken.length === 0,
      placed: { traceId: traffic.placed.traceId, orderId: traffic.placed.orderId },
      failed: { traceId: traffic.failed.traceId },
      ...(grafana === undefined ? {} : { grafana }),
      links,
    })
    print(links, out)
    return broken.length === 0 ? EXIT.ok : EXIT.failed
  },
})

function folder(given: string | undefined): string {
  if (given === undefined) return join(ROOT, 'grafana')
  return isAbsolute(given) ? given : resolve(process.env['INIT_CWD'] ?? process.cwd(), given)
}

function print(links: LinkResult[], out: Output): void {
  const style = { works: 'ok', broken: 'bad', skipped: 'dim' } as const
  const rows = links.map(({ kind, name, verdict, detail }) => [
    out.style(style[verdict], verdict),
    kind,
    name,
    verdict === 'broken' ? '' : detail,
  ])
  for (const line of table(rows)) out.line(line)
  const count = (verdict: LinkResult['verdict']) => links.filter((link) => link.verdict === verdict).length
  out.line(`\n${count('works')} work, ${count('broken')} broken, ${count('skipped')} skipped`)
  for (const { kind, name, file, hop, detail, verdict } of links)
    if (verdict === 'broken') out.error(`BROKEN ${kind} "${name}" (grafana/${file}) at the hop "${hop}": ${detail}`)
}
