// Every check that looks at the calm scenario passes on a good pipe, and its twin, the pipe with one defect, is caught by it and by no other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DefectName } from '../pipe/defects.ts'
import { isImplemented, type CheckOf } from './check.ts'
import { CHECKS } from './checks.ts'
import { calmThroughDirectPipe } from './direct-pipe.fixture.ts'

/** `counts-wrong` is about the pipe's own metrics, which need its process. */
const calmChecks = CHECKS.filter(
  (check): check is CheckOf<'calm'> =>
    isImplemented(check) && check.scenario === 'calm' && check.twin !== 'counts-wrong',
)

/** Where one defect truly breaks more than one promise. */
const ALSO: Partial<Record<DefectName, readonly string[]>> = {
  // A log's trace id cannot lead to a trace that is stored under half of it.
  'truncates-trace-ids': ['C2', 'T1'],
  // The name is part of the resource.
  'renames-service': ['T3'],
  // Zero exemplars that all resolve are no proof.
  'forgets-exemplars': ['C2'],
}

const failing = (defect: DefectName): string[] => {
  const evidence = calmThroughDirectPipe(defect)
  return calmChecks.flatMap((check) => {
    try {
      check.judge(evidence)
      return []
    } catch (error) {
      // A reason is a sentence, not only a no.
      assert.ok(error instanceof Error && error.message.length > 20, check.id)
      return [check.id]
    }
  })
}

test('a pipe that does everything right passes every check', () => assert.deepEqual(failing('none'), []))

for (const { id, title, twin } of calmChecks) {
  if (twin === undefined) continue
  test(`${id} (${title}) catches the pipe that ${twin.replaceAll('-', ' ')}, and nothing else does`, () =>
    assert.deepEqual(failing(twin), [id, ...(ALSO[twin] ?? [])].toSorted(byList)))
}

test('an integer rounded to a double is a changed value', () => assert.deepEqual(failing('rounds-integers'), ['T2']))

function byList(left: string, right: string): number {
  const index = (id: string): number => calmChecks.findIndex((check) => check.id === id)
  return index(left) - index(right)
}
