// What `npm run doctor` looks at. Each finding says what was found and, where it is bad, what to try.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { isInstalled } from '../bootstrap/install.mjs'
import type { Finding } from './finding.ts'
import type { LabDescription } from './lab-description.ts'
import { isPortFree, portHolder } from './machine/port-holder.ts'
import { PORT_NAMES, PORTS } from './ports.ts'
import { findPostgresBinaries } from './runtime/embedded/postgres/postgres-binaries.ts'
import { findOnPath } from './machine/programs-on-path.ts'
import { examineDocker } from './runtime/docker/examine-docker.ts'
import { runtimeOf } from './runtime/runtime.ts'
import { HOST, ROOT } from './settings.ts'
import { freeBytes } from './state-directory.ts'

const NEEDED_NODE_MAJOR = 24
const NEEDED_MIB = 256
/** The programs the lab uses where it finds them, and what it does without. */
const OPTIONAL_PROGRAMS = [
  { names: ['k6'], without: 'npm run load uses its built-in driver' },
  { names: ['node_exporter', 'prometheus-node-exporter'], without: 'the agent exports host metrics itself' },
  {
    names: ['chromium', 'chromium-browser', 'google-chrome', 'chrome'],
    without: 'the tests of the page in a browser are skipped',
  },
]

export async function examine(lab: LabDescription): Promise<Finding[]> {
  return [
    node(),
    packages(),
    postgres(),
    stateDir(lab.stateDir),
    diskSpace(lab.stateDir),
    clock(),
    ...(await examineDocker(lab)),
    ...OPTIONAL_PROGRAMS.map(optionalProgram),
    ...(await ports(lab)),
  ]
}

function node(): Finding {
  const isNew = Number(process.versions.node.split('.')[0]) >= NEEDED_NODE_MAJOR
  const found = `${process.version} at ${process.execPath}`
  if (isNew) return { what: 'Node', verdict: 'ok', found }
  return {
    what: 'Node',
    verdict: 'bad',
    found,
    advice: `npm ci --include=optional, or Node ${NEEDED_NODE_MAJOR} of your own`,
  }
}

function packages(): Finding {
  if (isInstalled(ROOT))
    return { what: 'packages', verdict: 'ok', found: 'node_modules is what package-lock.json says' }
  const found = 'node_modules is not what package-lock.json says'
  return {
    what: 'packages',
    verdict: 'bad',
    found,
    advice: 'npm install, or remove node_modules: any command installs it again',
  }
}

function postgres(): Finding {
  try {
    const { postgres: binary } = findPostgresBinaries()
    const { status, stdout, stderr } = spawnSync(binary, ['--version'], { encoding: 'utf8' })
    if (status === 0) return { what: 'Postgres', verdict: 'ok', found: stdout.trim() }
    return {
      what: 'Postgres',
      verdict: 'bad',
      found: `does not run: ${stderr.trim()}`,
      advice: 'set DATABASE_URL to a Postgres of your own',
    }
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    return {
      what: 'Postgres',
      verdict: 'bad',
      found,
      advice: 'npm ci --include=optional, or set DATABASE_URL to a Postgres of your own',
    }
  }
}

function existingAncestor(dir: string): string {
  return existsSync(dir) ? dir : existingAncestor(dirname(dir))
}

function stateDir(dir: string): Finding {
  try {
    accessSync(existingAncestor(dir), constants.W_OK)
    return { what: 'state directory', verdict: 'ok', found: `${dir} can be written` }
  } catch {
    return {
      what: 'state directory',
      verdict: 'bad',
      found: `${dir} cannot be written`,
      advice: 'choose another one with PLAYGROUND_DIR',
    }
  }
}

function diskSpace(dir: string): Finding {
  const mib = Math.floor(freeBytes(existingAncestor(dir)) / 1024 / 1024)
  const found = `${mib} MiB free`
  if (mib >= NEEDED_MIB) return { what: 'disk space', verdict: 'ok', found }
  return { what: 'disk space', verdict: 'bad', found, advice: `free some: the lab needs ${NEEDED_MIB} MiB` }
}

/** Stores refuse data more than a day ahead of their clock; a clock that stood still since the clone was made is wrong. */
function clock(): Finding {
  const now = new Date()
  const found = now.toISOString()
  if (now.getUTCFullYear() >= 2025) return { what: 'clock', verdict: 'ok', found }
  return { what: 'clock', verdict: 'bad', found, advice: 'set the date of this machine' }
}

function optionalProgram({ names, without }: { names: string[]; without: string }): Finding {
  const path = names.map(findOnPath).find((candidate) => candidate !== undefined)
  return { what: names[0] ?? '', verdict: path === undefined ? 'note' : 'ok', found: path ?? `not on PATH: ${without}` }
}

async function ports(lab: LabDescription): Promise<Finding[]> {
  const owns = await (await runtimeOf(lab)).portOwner(lab)
  return Promise.all(
    PORT_NAMES.filter((name) => lab.ports[name] !== 0).map(async (name): Promise<Finding> => {
      const port = lab.ports[name]
      const what = `port ${port}`
      const use = `${PORTS[name].what} (${PORTS[name].env})`
      if (await isPortFree(HOST, port)) return { what, verdict: 'ok', found: `free: ${use}` }
      const holder = portHolder(port)
      if (owns(name, holder)) return { what, verdict: 'ok', found: `held by this lab: ${use}` }
      const by = holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`
      const advice = `end that process, or move the port: ${PORTS[name].env}=N npm run up`
      // These are not started by the embedded runtime.
      if ((name === 'grafana' || name === 'jaeger') && lab.runtime === 'embedded')
        return { what, verdict: 'note', found: `held by ${by}: ${use}` }
      return { what, verdict: 'bad', found: `held by ${by}: ${use}`, advice }
    }),
  )
}
