// Owns the folder a Postgres server runs on: where it is, who owns it, how it is initialised. Not the server process (postgres.ts).
import { createHash, randomBytes } from 'node:crypto'
import {
  accessSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../../../lab-error.ts'
import { canEnter, choosePostgresAccount, giveFolder, runAs } from './postgres-account.ts'
import type { PostgresAccount } from './postgres-account.ts'
import { binariesIn } from './postgres-binaries.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { readerStatements } from './reader-role.ts'

export interface PostgresCluster {
  folder: string
  account: PostgresAccount
  binaries: PostgresBinaries
  /** Of the role `shop`, which owns the database `shop` and nothing else. */
  password: string
  /** Of the role Grafana reads with; a cluster of an older version has none. */
  readerPassword: string | undefined
}

const locationFile = 'moved-to'
const passwordFile = 'playground.password'
const readerPasswordFile = 'playground.reader-password'

/** Where the cluster of `dataDir` is: in it, or, when the account that runs Postgres cannot enter it, under the temp folder. */
export function clusterFolder(dataDir: string): string {
  const pointer = join(dataDir, locationFile)
  return existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(dataDir, 'cluster')
}

/** Opens the cluster of `dataDir`; the first time it is copied from a template in `cacheDir`, which initdb made once. */
export function openCluster(dataDir: string, cacheDir: string, found: PostgresBinaries): PostgresCluster {
  const existing = clusterFolder(dataDir)
  if (existsSync(join(existing, passwordFile))) {
    const account = choosePostgresAccount(existing)
    return { folder: existing, account, binaries: runnableBinaries(account, found), ...readPasswords(existing) }
  }
  const account = choosePostgresAccount()
  const binaries = runnableBinaries(account, found)
  const folder = placeFor(account, dataDir)
  copyFolder(account, templateFolder(account, binaries, cacheDir), folder)
  return { folder, account, binaries, ...readPasswords(folder) }
}

/** Removes the cluster, wherever it is. The server must be stopped. */
export function removeCluster(dataDir: string): void {
  rmSync(clusterFolder(dataDir), { recursive: true, force: true })
  rmSync(dataDir, { recursive: true, force: true })
}

function readPasswords(folder: string): Pick<PostgresCluster, 'password' | 'readerPassword'> {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim()
  try {
    const readerPassword = existsSync(join(folder, readerPasswordFile)) ? read(readerPasswordFile) : undefined
    return { password: read(passwordFile), readerPassword }
  } catch (cause) {
    throw new LabError(`the database in ${folder} belongs to another user`, {
      cause,
      advice: 'start the lab as the user who created it, or remove that folder',
    })
  }
}

function placeFor(account: PostgresAccount, dataDir: string): string {
  const parent = reachableParent(account, [dataDir, ...temporaryFolders()])
  const folder = join(parent, parent === dataDir ? 'cluster' : `playground-postgres-${fingerprint(dataDir)}`)
  // Half a copy of an interrupted start, or what a removed lab of the same path left.
  rmSync(folder, { recursive: true, force: true })
  giveFolder(account, folder)
  if (parent !== dataDir) writeFileSync(join(dataDir, locationFile), `${folder}\n`)
  return folder
}

/** The package's binaries, or a copy (60 MB) where the account that runs Postgres for root can reach it. */
function runnableBinaries(account: PostgresAccount, binaries: PostgresBinaries): PostgresBinaries {
  const probe = runAs(account, binaries.postgres, ['--version'])
  if (probe.status === 0) return binaries
  if (account.uid === undefined) {
    throw new LabError(`${binaries.postgres} does not run here: ${probe.stderr || String(probe.error)}`, {
      advice: 'the binaries need glibc (no Alpine); or point DATABASE_URL at a Postgres of your own',
    })
  }
  const parent = reachableParent(account, temporaryFolders())
  const copy = binariesIn(join(parent, `playground-postgres-${binaries.version}-bin`), binaries.version)
  if (!existsSync(copy.root)) {
    const staging = `${copy.root}.${process.pid}`
    cpSync(binaries.root, staging, { recursive: true, verbatimSymlinks: true })
    renameOrKeep(staging, copy.root)
  }
  const again = runAs(account, copy.postgres, ['--version'])
  if (again.status === 0) return copy
  throw new LabError(
    `uid ${account.uid} can run Postgres neither in ${binaries.root} nor in ${copy.root}: ${again.stderr}`,
  )
}

/** Counts up when `initialise` makes something else: a template that is there already is taken as it is. */
const TEMPLATE_EDITION = 2

function templateFolder(account: PostgresAccount, binaries: PostgresBinaries, cacheDir: string): string {
  const name = `postgres-${binaries.version}-${account.uid ?? process.getuid?.() ?? 'user'}-${TEMPLATE_EDITION}`
  const parent = reachableParent(account, [cacheDir, ...temporaryFolders()])
  const folder = join(parent, parent === cacheDir ? name : `playground-${name}-${fingerprint(cacheDir)}`)
  if (isTemplateOf(account, folder)) return folder
  const staging = `${folder}.${process.pid}`
  rmSync(staging, { recursive: true, force: true })
  giveFolder(account, staging)
  initialise(account, binaries, staging)
  renameOrKeep(staging, folder)
  return folder
}

/** In a temp folder anybody may have put something under this name. */
function isTemplateOf(account: PostgresAccount, folder: string): boolean {
  if (!existsSync(join(folder, passwordFile))) return false
  const owner = account.uid ?? process.getuid?.()
  if (owner === undefined || statSync(folder).uid === owner) return true
  throw new LabError(`${folder} belongs to another user`, { advice: 'remove it' })
}

function initialise(account: PostgresAccount, binaries: PostgresBinaries, folder: string): void {
  const password = randomBytes(18).toString('base64url')
  const readerPassword = randomBytes(18).toString('base64url')
  const superuserPassword = `${folder}.pw`
  // Nobody ever learns the superuser's password: services log in as `shop`, because a superuser can run programs (COPY ... PROGRAM).
  writePrivately(account, superuserPassword, randomBytes(18).toString('base64url'))
  try {
    runOrThrow('initdb', account, binaries.initdb, [
      '--pgdata',
      folder,
      '--username=postgres',
      `--pwfile=${superuserPassword}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      process.platform === 'linux' ? '--locale=C.UTF-8' : '--locale=C',
      '--no-sync',
      '--no-instructions',
      // The default of 16 MB is two thirds of an empty cluster.
      '--wal-segsize=1',
    ])
  } finally {
    rmSync(superuserPassword)
  }
  const statements = [
    'ALTER DATABASE postgres RENAME TO shop',
    `CREATE ROLE shop LOGIN PASSWORD '${password}'`,
    'ALTER DATABASE shop OWNER TO shop',
    ...readerStatements(readerPassword),
  ]
  // In -j mode a statement ends at a semicolon followed by an empty line.
  const script = statements.map((statement) => `${statement};\n\n`).join('')
  runOrThrow(
    'creating the shop database',
    account,
    binaries.postgres,
    ['--single', '-j', '-D', folder, 'template1'],
    script,
  )
  writePrivately(account, join(folder, readerPasswordFile), `${readerPassword}\n`)
  writePrivately(account, join(folder, passwordFile), `${password}\n`)
}

function writePrivately({ uid, gid }: PostgresAccount, file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 })
  if (uid !== undefined && gid !== undefined) chownSync(file, uid, gid)
}

function runOrThrow(what: string, account: PostgresAccount, command: string, args: string[], input?: string): void {
  const { status, stderr, error } = runAs(account, command, args, input)
  if (status === 0) return
  const logLines = stderr.trim().split('\n').slice(-5)
  throw new LabError(`${what} failed: ${error?.message ?? logLines.at(-1) ?? `exit code ${status}`}`, {
    cause: error,
    logLines,
  })
}

/** `cp` copies the 977 small files in 45 ms, `fs.cpSync` in 326 ms. */
function copyFolder(account: PostgresAccount, from: string, to: string): void {
  if (process.platform === 'win32') cpSync(from, to, { recursive: true })
  else runOrThrow('copying the database template', account, 'cp', ['-R', `${from}/.`, to])
}

/** Two labs may prepare the same folder at once: the first rename wins, the other's work is thrown away. */
function renameOrKeep(staging: string, target: string): void {
  try {
    renameSync(staging, target)
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
}

/** The first folder we can write and the account can enter: to `postgres` a folder such as /root is closed. */
function reachableParent(account: PostgresAccount, candidates: string[]): string {
  for (const parent of candidates) {
    if (canWrite(parent) && canEnter(account, parent)) return parent
  }
  throw new LabError(`Postgres (uid ${account.uid ?? process.getuid?.()}) can use none of ${candidates.join(', ')}`, {
    advice: 'make one of them writable, or set TMPDIR to a folder that is',
  })
}

function canWrite(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function temporaryFolders(): string[] {
  return [...new Set([tmpdir(), '/tmp', '/var/tmp'])]
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
