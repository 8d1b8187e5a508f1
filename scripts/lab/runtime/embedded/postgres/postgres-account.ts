import { spawnSync } from 'node:child_process'
import type { SpawnSyncReturns } from 'node:child_process'
import { chownSync, mkdirSync, statSync } from 'node:fs'
import { LabError } from '../../../lab-error.ts'

/** Who Postgres runs as. Undefined fields: the user of this process. */
export interface PostgresAccount {
  uid?: number
  gid?: number
}

/**
 * initdb and postgres refuse to run as root, and need an account that the system knows by name
 * ("could not look up effective user ID"). So root hands them to `postgres`, else to `nobody`;
 * everybody else runs them as themselves. Data that exists is run by whoever owns it.
 */
export function choosePostgresAccount(existingData?: string): PostgresAccount {
  if (process.getuid?.() !== 0) return {}
  if (existingData !== undefined) {
    const { uid, gid } = statSync(existingData)
    if (uid !== 0) return { uid, gid }
  }
  for (const name of ['postgres', 'nobody']) {
    const uid = lookUp('-u', name)
    const gid = lookUp('-g', name)
    if (uid !== undefined && uid !== 0 && gid !== undefined) return { uid, gid }
  }
  throw new LabError(
    'Postgres does not run as root, and this machine has neither a `postgres` nor a `nobody` account',
    {
      advice: 'run the lab as an ordinary user',
    },
  )
}

function lookUp(flag: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' })
  const id = Number(stdout)
  return status === 0 && Number.isInteger(id) ? id : undefined
}

/** Runs a short command as the account and waits for it. */
export function runAs(
  account: PostgresAccount,
  command: string,
  args: string[],
  input?: string,
): SpawnSyncReturns<string> {
  return spawnSync(command, args, {
    ...account,
    encoding: 'utf8',
    timeout: 30_000,
    cwd: '/', // the working directory of a root shell may be closed to the account
    env: postgresEnvironment(),
    ...(input === undefined ? {} : { input }),
  })
}

/** PG* variables of the caller's shell would redirect initdb and postgres. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))
  return { ...Object.fromEntries(inherited), LC_ALL: 'C' }
}

/** Makes `folder` and gives it to the account alone. */
export function giveFolder({ uid, gid }: PostgresAccount, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid)
}

export function canEnter(account: PostgresAccount, folder: string): boolean {
  return account.uid === undefined || runAs(account, 'test', ['-x', folder]).status === 0
}
