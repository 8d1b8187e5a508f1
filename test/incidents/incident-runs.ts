// One lab for a file of incidents, and the command that runs one in it, as a user would.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { asArray, asText, field, parseObject } from '../../scripts/lab/json.ts'
import type { StartedLab } from '../lab-fixture.ts'

export interface ReportedRun {
  proven: boolean
  fingerprint: string
  attempt: number
  missing: unknown[]
  evidence: { shows: string; holds: boolean; absentWithoutFault: boolean }[]
}

export async function runIncident(lab: StartedLab, name: string, ...options: string[]): Promise<ReportedRun> {
  const { exitCode, stdout, stderr } = await lab.run('incident', 'run', name, '--json', '--speed', '4', ...options)
  assert.notEqual(stdout, '', stderr)
  const report = parseObject(stdout)
  const found: ReportedRun = {
    proven: report['proven'] === true,
    fingerprint: asText(report['fingerprint']),
    attempt: Number(report['attempt']),
    missing: asArray(report['missing']),
    evidence: asArray(report['evidence']).map((piece) => ({
      shows: asText(field(piece, 'shows')),
      holds: field(piece, 'holds') === true,
      absentWithoutFault: field(piece, 'absentWithoutFault') === true,
    })),
  }
  assert.deepEqual(found.missing, [], stderr)
  assert.equal(exitCode, 0, stderr)
  return found
}

/** The incident with its fault, and the same customers without it: what proves the one must be absent in the other. */
export async function verifyIncident(lab: StartedLab, name: string): Promise<void> {
  const broken = await runIncident(lab, name)
  assert.ok(broken.evidence.length > 0)
  assert.deepEqual(
    broken.evidence.filter(({ holds }) => !holds),
    [],
  )
  const well = await runIncident(lab, name, '--without-fault')
  const wrong = well.evidence.filter(({ holds, absentWithoutFault }) => holds === absentWithoutFault)
  assert.deepEqual(wrong, [])
  assert.ok(well.evidence.some(({ absentWithoutFault }) => absentWithoutFault))
  assert.equal(well.evidence.length, broken.evidence.length)
}

export function activeFile(lab: StartedLab): string | undefined {
  const path = `${lab.stateDir}/incidents/active.json`
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined
}
