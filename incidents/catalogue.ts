// What incidents there are: every folder here that holds an incident.ts.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { defineIncident } from './definition.ts'
import type { Incident } from './definition.ts'

export interface CataloguedIncident extends Incident {
  /** Markdown: what the person on call meets, the alert first. */
  story: string
}

const HERE = import.meta.dirname

export function incidentNames(folder = HERE): string[] {
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'incident.ts')))
    .toSorted()
}

/** @throws a TypeError when the folder holds no whole incident */
export async function loadIncident(name: string, folder = HERE): Promise<CataloguedIncident> {
  const module: unknown = await import(pathToFileURL(join(folder, name, 'incident.ts')).href)
  if (!hasIncident(module)) throw new TypeError(`incidents/${name}/incident.ts exports no "incident"`)
  const incident = defineIncident(module.incident)
  if (incident.name !== name) throw new TypeError(`incidents/${name}: its incident is called ${incident.name}`)
  const story = readFileSync(join(folder, name, 'story.md'), 'utf8').trim()
  if (story === '') throw new TypeError(`incidents/${name}/story.md is empty`)
  return { ...incident, story }
}

/** Its parts are checked by defineIncident, which the folder has called by then. */
function hasIncident(module: unknown): module is { incident: Incident } {
  return (
    typeof module === 'object' &&
    module !== null &&
    'incident' in module &&
    typeof module.incident === 'object' &&
    module.incident !== null &&
    Object.isFrozen(module.incident)
  )
}
