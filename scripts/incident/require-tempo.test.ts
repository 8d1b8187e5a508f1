import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeLab } from '../lab/lab-description.ts'
import { LabError } from '../lab/lab-error.ts'
import { readSettings } from '../lab/settings.ts'
import { requireTempo } from './require-tempo.ts'

test('an incident in a lab with Jaeger is refused before anything is done to it', () => {
  const settings = readSettings({ env: { TRACES: 'jaeger' } })
  assert.throws(
    () => requireTempo(describeLab(settings, { runtime: 'docker' })),
    (error) =>
      error instanceof LabError && /TraceQL.*Jaeger/.test(error.message) && /TRACES=tempo/.test(error.advice ?? ''),
  )
  requireTempo(describeLab(settings, { runtime: 'embedded' }))
  requireTempo(describeLab(readSettings({ env: { TRACES: 'tempo' } }), { runtime: 'docker' }))
})
