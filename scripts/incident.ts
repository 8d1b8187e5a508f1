// Reproduces an incident and proves it: list, show, run, heal, verify.
import { setTimeout as sleep } from 'node:timers/promises'
import { incidentNames, loadIncident } from '../incidents/catalogue.ts'
import { readActive } from './incident/active-incident.ts'
import { healLab } from './incident/heal-lab.ts'
import { createPlatform } from './incident/platform/create-platform.ts'
import { printReport } from './incident/print-report.ts'
import { recordingCommand } from './incident/recording-command.ts'
import { runInLab } from './incident/run-in-lab.ts'
import { COMMON_OPTIONS, EXIT, UsageError, runCommand } from './lab/command-line/command.ts'
import { parseDurationOption } from './lab/command-line/duration-option.ts'
import { interruption } from './lab/command-line/interruption.ts'
import type { Output } from './lab/command-line/output.ts'
import { table } from './lab/command-line/output.ts'
import { runningLab } from './lab/current-lab.ts'

const ACTIONS = ['list', 'show', 'run', 'heal', 'verify'] as const
const MAX_AFTER_SECONDS = 86_400

/** Commands with options of their own, in the recording package. */
const RECORDING_ACTIONS = new Set(['capture', 'replay', 'import', 'compare'])
const [asked = '', ...askedWith] = process.argv.slice(2)
if (RECORDING_ACTIONS.has(asked)) process.exit(await recordingCommand(asked, askedWith))

await runCommand({
  name: 'incident',
  positionals: 'list | show NAME | run NAME | verify [NAME …] | heal',
  maxPositionals: Infinity,
  summary: 'Reproduces an incident and proves it: list, show, run, heal, verify.',
  description:
    'run: baseline → fault → load → evidence → heal → recovery. A fault acts on real parts; the evidence is asked of Loki, Tempo and\n' +
    'Prometheus. One seed gives the same requests, ids and counts; a second run of it in the same lab takes the next attempt, with other ids.\n' +
    'verify: runs each incident (default: all) twice, with the fault and without: then the evidence has to be absent.\n' +
    'heal: undoes whatever an incident that did not end has left in the lab. Faults also go off by themselves.\n' +
    'capture, replay, import, compare: incidents as files; each explains itself with --help.',
  options: {
    seed: { type: 'string', value: 'TEXT', help: 'what the plan is made of (default 1)' },
    speed: {
      type: 'string',
      value: 'N',
      help: 'customers arrive N times as fast, or max; no count depends on it (default 1)',
    },
    remedy: { type: 'string', value: 'NAME', help: 'run: with a flag that helps; show lists them' },
    'without-fault': { type: 'boolean', help: 'run: the failing twin; every evidence of the fault has to be absent' },
    report: {
      type: 'string',
      value: 'FILE',
      help: 'run: where the page goes (default: incidents/ of the state directory)',
    },
    after: {
      type: 'string',
      value: 'DURATION',
      help: 'heal: stand by, and heal a run (--run) that is still active then',
    },
    run: { type: 'string', value: 'ID', help: 'heal: only this run' },
    ...COMMON_OPTIONS,
  },
  exitCodes: {
    0: 'proven: every answer and every evidence was as planned, and the lab is well again',
    1: 'not proven, or the lab could not be healed: the reason is printed',
    2: 'wrong usage or settings',
    130: 'interrupted; the fault has been lifted',
  },
  examples: [
    'npm run incident -- list',
    'npm run incident -- run db-connection-timeout --seed 7',
    'npm run --silent incident -- run db-connection-timeout --json',
    'npm run incident -- verify db-connection-timeout',
    'npm run incident -- heal',
  ],
  async run({ values, positionals: [action = 'list', ...names], out }) {
    switch (ACTIONS.find((known) => known === action)) {
      case 'list':
        return list(out)
      case 'show':
        return show(oneOf(names), out)
      case 'heal':
        return heal(values, out)
      case 'run': {
        const [report] = await runAll(values, [oneOf(names)], [!values['without-fault']], out)
        out.json(report)
        return report?.proven === true ? EXIT.ok : EXIT.failed
      }
      case 'verify': {
        for (const name of names) oneOf([name])
        const reports = await runAll(values, names.length === 0 ? incidentNames() : names, [true, false], out)
        const failed = reports.filter(({ proven }) => !proven).length
        out.json({ proven: failed === 0, runs: reports })
        out.line(
          failed === 0 ? `all ${reports.length} runs as planned` : `${failed} of ${reports.length} runs not as planned`,
        )
        return failed === 0 ? EXIT.ok : EXIT.failed
      }
      case undefined:
        throw new UsageError(`expected one of ${ACTIONS.join(', ')}, got "${action}"`)
    }
  },
})

interface RunValues {
  seed: string | undefined
  speed: string | undefined
  remedy: string | undefined
  report: string | undefined
  'port-offset': string | undefined
}

async function runAll(values: RunValues, names: string[], modes: boolean[], out: Output) {
  using interrupted = interruption()
  const lab = await runningLab(values['port-offset'])
  const reports = []
  for (const name of names) {
    const incident = await loadIncident(name)
    for (const withFault of modes) {
      const { report, page } = await runInLab({
        incident,
        lab,
        seed: values.seed ?? '1',
        speed: parseSpeed(values.speed ?? '1'),
        withFault,
        remedy: values.remedy,
        pageFile: values.report,
        signal: interrupted.signal,
        onPhase: (phase, saw) =>
          saw === undefined ? out.transient(`${name}: ${phase} …`) : out.progress(`${phase.padEnd(9)} ${saw}`),
      })
      printReport(report, out)
      out.line(`${'page'.padEnd(14)} ${page}`)
      out.line()
      reports.push(report)
    }
  }
  return reports
}

function oneOf(names: string[]): string {
  const [name = '', ...others] = names
  if (others.length > 0) throw new UsageError(`one incident at a time, got ${names.join(', ')}`)
  if (!incidentNames().includes(name))
    throw new UsageError(`there is no incident "${name}"; there are ${incidentNames().join(', ')}`)
  return name
}

function parseSpeed(text: string): number {
  if (text === 'max') return Infinity
  const speed = Number(text)
  if (speed > 0 && speed <= 1_000) return speed
  throw new UsageError(`--speed: expected a number up to 1000 or max, got "${text}"`)
}

async function list(out: Output): Promise<number> {
  const incidents = await Promise.all(incidentNames().map((name) => loadIncident(name)))
  out.json(incidents.map(({ name, title, remedies = {} }) => ({ name, title, remedies: Object.keys(remedies) })))
  for (const row of table(incidents.map(({ name, title }) => [name, title]))) out.line(row)
  return EXIT.ok
}

/** What there is to know before one looks: not the cause. */
async function show(name: string, out: Output): Promise<number> {
  const { title, story, questions, remedies = {} } = await loadIncident(name)
  out.json({ name, title, story, questions: questions.map(({ ask }) => ask), remedies })
  out.line(`${out.style('strong', title)}\n\n${story}\n`)
  for (const [i, { ask }] of questions.entries()) out.line(`${i + 1}. ${ask}`)
  for (const [remedy, { summary }] of Object.entries(remedies)) out.line(`--remedy ${remedy}: ${summary}`)
  return EXIT.ok
}

async function heal(
  values: { after: string | undefined; run: string | undefined; 'port-offset': string | undefined },
  out: Output,
): Promise<number> {
  const lab = await runningLab(values['port-offset'])
  const afterMs =
    values.after === undefined ? 0 : parseDurationOption('--after', values.after, MAX_AFTER_SECONDS) * 1_000
  const deadline = Date.now() + afterMs
  while (Date.now() < deadline && readActive(lab.stateDir)?.runId === values.run) await sleep(1_000)
  const healed = await healLab(lab, await createPlatform(lab), values.run)
  out.json({ healed })
  out.line(healed.length === 0 ? 'nothing to heal' : `healed: ${healed.join('; ')}`)
  return EXIT.ok
}
