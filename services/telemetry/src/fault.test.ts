import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { defineFault, FaultSwitches } from './fault.ts'

function switchable() {
  const events: string[] = []
  const fault = defineFault({
    name: 'slow',
    description: 'Everything takes longer.',
    parameters: { delayMs: { description: 'How much longer.', default: 10, minimum: 1, maximum: 100 } },
    start: async ({ delayMs }) => {
      events.push(`on ${delayMs}`)
      return async () => void events.push('off')
    },
  })
  return { events, fault }
}

function switches() {
  const { events, fault } = switchable()
  return { events, faults: new FaultSwitches([fault], pino({ level: 'silent' })) }
}

describe('FaultSwitches', () => {
  it('switches on with defaults, tells until when, and off on request', async () => {
    const { events, faults } = switches()
    const { active } = await faults.inject('slow', {}, 60)
    assert.deepEqual(active?.params, { delayMs: 10 })
    assert.equal(Date.parse(active.expiresAt) - Date.parse(active.startedAt), 60_000)
    assert.equal((await faults.lift('slow')).active, undefined)
    assert.deepEqual(events, ['on 10', 'off'])
  })

  it('lifts a fault whose time is over, and not before', async () => {
    const { events, faults } = switches()
    await faults.inject('slow', {}, 0.1)
    await sleep(50)
    assert.deepEqual(events, ['on 10'])
    await sleep(100)
    assert.deepEqual(events, ['on 10', 'off'])
    assert.equal(faults.state('slow').active, undefined)
  })

  it('starts afresh when it is injected again, with a new time limit', async () => {
    const { events, faults } = switches()
    await faults.inject('slow', {}, 0.1)
    await faults.inject('slow', { delayMs: 20 }, 60)
    await sleep(150)
    assert.deepEqual(events, ['on 10', 'off', 'on 20'])
    await faults.liftAll()
    assert.deepEqual(events, ['on 10', 'off', 'on 20', 'off'])
  })

  it('refuses wrong parameters, all faults at once, and leaves a running fault alone', async () => {
    const { events, faults } = switches()
    await faults.inject('slow', {}, 60)
    await assert.rejects(faults.inject('slow', { delayMs: 101, delay: 5 }, 60), {
      name: 'RangeError',
      message: 'params.delay: unknown, expected delayMs; params.delayMs: expected 1..100, got 101',
    })
    assert.deepEqual(events, ['on 10'])
    await faults.liftAll()
  })

  it('lifting what is off changes nothing', async () => {
    const { events, faults } = switches()
    await faults.lift('slow')
    assert.deepEqual(events, [])
  })

  it('counts a fault that cannot be lifted as on, and tries again until it is off', async () => {
    const events: string[] = []
    const stubborn = defineFault({
      name: 'stubborn',
      description: 'Its database is gone when it is to be lifted.',
      parameters: {},
      start: async () => async () => {
        events.push('try')
        if (events.length < 3) throw new Error('no database')
      },
    })
    const { fault: other, events: others } = switchable()
    const faults = new FaultSwitches([stubborn, other], pino({ level: 'silent' }))
    await faults.inject('stubborn', {}, 60)
    await faults.inject('slow', {}, 60)
    await assert.rejects(faults.lift('stubborn'), /no database/)
    assert.notEqual(faults.state('stubborn').active, undefined)
    await assert.rejects(faults.liftAll(), /not every fault/)
    assert.deepEqual(others, ['on 10', 'off'])
    const deadline = Date.now() + 10_000
    while (faults.state('stubborn').active !== undefined && Date.now() < deadline) await sleep(50)
    assert.deepEqual(events, ['try', 'try', 'try'])
    assert.equal(faults.state('stubborn').active, undefined)
  })
})
