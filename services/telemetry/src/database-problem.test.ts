import assert from 'node:assert/strict'
import { it } from 'node:test'
import { databaseProblem } from './database-problem.ts'

const limits = { dbConnectionTimeoutMs: 1_000, dbStatementTimeoutMs: 3_000 }
const withCode = (code: string) => Object.assign(new Error(`failed with ${code}`), { code })

for (const [error, name, message] of [
  [new Error('timeout exceeded when trying to connect'), 'DatabaseConnectionTimeout', 'database connection timeout'],
  [
    new Error('Connection terminated due to connection timeout'),
    'DatabaseConnectionTimeout',
    'database connection timeout',
  ],
  [withCode('57014'), 'DatabaseStatementTimeout', 'database statement timeout'],
  [withCode('57P01'), 'DatabaseUnavailable', 'database unavailable'],
  [withCode('ECONNREFUSED'), 'DatabaseUnavailable', 'database unavailable'],
  [withCode('23505'), 'DatabaseError', 'database error 23505: failed with 23505'],
] as const) {
  it(`tells ${error.message} as ${name}, and keeps the cause`, () => {
    const problem = databaseProblem(error, limits)
    assert.equal(problem.name, name)
    assert.equal(problem.message, message)
    assert.equal(problem.cause, error)
  })
}
