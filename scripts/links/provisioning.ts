// Reads the files Grafana is provisioned with, and expands them as Grafana does.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { LabError } from '../lab/lab-error.ts'
import { asArray, asText, field } from '../lab/json.ts'
import { reasonOf } from '../lab/readiness.ts'
import { expandTree } from './expand-environment.ts'
import { ConfigurationFault, NotShown } from './link-result.ts'

export interface DataSource {
  uid: string
  type: string
  /** Expanded. */
  url: string
  /** The whole entry as it stands in the file, and a function that expands a part of it. */
  settings: unknown
  expand(value: unknown): unknown
  /** Relative to the folder `grafana`. */
  file: string
}

export interface Dashboard {
  uid: string
  title: string
  model: unknown
  panelIds: ReadonlySet<number>
  file: string
}

export interface AlertFile {
  file: string
  groups: unknown[]
}

export interface Provisioning {
  dataSources: ReadonlyMap<string, DataSource>
  dashboards: ReadonlyMap<string, Dashboard>
  alerts: AlertFile[]
  /** Rule files for Prometheus itself. */
  ruleFiles: AlertFile[]
  environment: Record<string, string>
}

export function readProvisioning(folder: string, environment: Record<string, string>): Provisioning {
  if (!existsSync(join(folder, 'provisioning')))
    throw new LabError(`there is no provisioning in ${folder}`, {
      advice: 'name the folder that holds it with --grafana',
    })
  const yaml = (path: string): unknown => parseFile(folder, path, parse)
  const names = (path: string, ending: string) =>
    readdirSync(join(folder, path))
      .filter((name) => name.endsWith(ending))
      .toSorted()
      .map((name) => (path === '' ? name : `${path}/${name}`))
  const expand = (value: unknown) => expandTree(value, environment)

  const dataSources = dataSourceFiles(names('provisioning/datasources', '.yaml'), environment).flatMap((file) =>
    asArray(field(yaml(file), 'datasources')).map((settings): DataSource => {
      const url = asText(expandTree(field(settings, 'url'), environment))
      return { uid: asText(field(settings, 'uid')), type: asText(field(settings, 'type')), url, settings, expand, file }
    }),
  )
  const dashboards = names('dashboards', '.json').map((file): Dashboard => {
    const model = parseFile(folder, file, JSON.parse)
    const ids = asArray(field(model, 'panels')).map((panel) => Number(field(panel, 'id')))
    return {
      uid: asText(field(model, 'uid')),
      title: asText(field(model, 'title')),
      model,
      panelIds: new Set(ids),
      file,
    }
  })
  return {
    dataSources: unique(dataSources, 'data source'),
    dashboards: unique(dashboards, 'dashboard'),
    alerts: names('provisioning/alerting', '.yaml').map((file) => ({
      file,
      groups: asArray(field(yaml(file), 'groups')),
    })),
    ruleFiles: names('', '.prometheus.yaml').map((file) => ({ file, groups: asArray(field(yaml(file), 'groups')) })),
    environment,
  }
}

const TEMPO_FILE = 'provisioning/datasources/tempo.yaml'
const JAEGER_FILE = 'jaeger/jaeger.yaml'

/** Where traces open in Jaeger, its file is mounted in the place of Tempo's. */
function dataSourceFiles(files: string[], environment: Record<string, string>): string[] {
  return environment['TRACES_UID'] === 'jaeger'
    ? files.map((file) => (file === TEMPO_FILE ? JAEGER_FILE : file))
    : files
}

function parseFile(folder: string, path: string, parser: (text: string) => unknown): unknown {
  try {
    return parser(readFileSync(join(folder, path), 'utf8'))
  } catch (cause) {
    throw new LabError(`${path} cannot be read: ${reasonOf(cause)}`, { cause })
  }
}

function unique<T extends { uid: string; file: string }>(items: T[], what: string): Map<string, T> {
  const byUid = new Map<string, T>()
  for (const item of items) {
    const other = byUid.get(item.uid)
    if (item.uid === '') throw new LabError(`${item.file}: a ${what} without uid`)
    if (other !== undefined) throw new LabError(`${item.file}: the ${what} uid "${item.uid}" is also in ${other.file}`)
    byUid.set(item.uid, item)
  }
  return byUid
}

/** The data source of a panel. @throws NotShown for a TraceQL panel where Jaeger is in Tempo's place */
export function panelSourceOf(provisioning: Provisioning, uid: unknown): DataSource {
  if (uid === 'tempo' && provisioning.environment['TRACES_UID'] === 'jaeger')
    throw new NotShown('asks Tempo, and in this lab Jaeger is in its place')
  return dataSourceOf(provisioning, uid)
}

/** A link's target: what Grafana calls "Data source not found" in a red box. */
export function dataSourceOf({ dataSources }: Provisioning, uid: unknown): DataSource {
  const found = dataSources.get(asText(uid))
  if (found !== undefined) return found
  throw new ConfigurationFault(
    `no data source has the uid ${JSON.stringify(uid)}; there are ${[...dataSources.keys()].join(', ')}`,
  )
}
