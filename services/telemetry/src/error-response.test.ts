import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fastify } from 'fastify'
import { respondWithProblems } from './error-response.ts'
import { Problem } from './problem.ts'

function app(handler: () => unknown) {
  const server = fastify()
  respondWithProblems(server)
  server.get('/', async () => handler())
  return server
}

const problemOf = async (server: ReturnType<typeof app>, url = '/') => {
  const { statusCode, headers, body } = await server.inject(url)
  assert.match(String(headers['content-type']), /^application\/problem\+json/)
  return { statusCode, headers, problem: JSON.parse(body) as Record<string, unknown> }
}

describe('an error response', () => {
  it('is the problem a handler threw', async () => {
    const problem = new Problem({ status: 503, kind: 'busy', title: 'Busy', detail: 'try later', retryAfterSeconds: 3 })
    const {
      statusCode,
      headers,
      problem: body,
    } = await problemOf(
      app(() => {
        throw problem
      }),
    )
    assert.equal(statusCode, 503)
    assert.equal(headers['retry-after'], '3')
    assert.deepEqual(body, { type: 'urn:playground:problem:busy', title: 'Busy', status: 503, detail: 'try later' })
  })

  it('keeps the inside of an unexpected error inside', async () => {
    const { statusCode, problem } = await problemOf(
      app(() => {
        throw new Error('password is hunter2')
      }),
    )
    assert.equal(statusCode, 500)
    assert.doesNotMatch(JSON.stringify(problem), /hunter2/)
  })

  it('is 404 for a path nobody serves', async () => {
    const { statusCode, problem } = await problemOf(
      app(() => 'ok'),
      '/nowhere',
    )
    assert.equal(statusCode, 404)
    assert.equal(problem['detail'], 'no route GET /nowhere')
  })
})
