import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parseExposition } from '@playground/protocol/exposition'
import pg from 'pg'
import type { ReceivedSpan } from './otlp-receiver.ts'
import { StartedShop, until } from './started-shop.ts'

const server = 2
const client = 3
const failed = 2
const mug = { sku: 'mug', quantity: 1 }
/** The last span of each service. */
const wholeCheckout = [
  'gateway POST /checkout',
  'checkout POST /checkout',
  'inventory POST /reservations',
  'payment POST /payments',
]

describe('the shop', () => {
  let shop: StartedShop
  before(async () => {
    // Twenty cold connections at once are seconds of CPU on a loaded machine; that the pool is fast is not what is held here.
    shop = await StartedShop.start({ DB_CONNECTION_TIMEOUT_MS: '15000' })
  })
  after(async () => {
    await shop[Symbol.asyncDispose]()
  })

  /** The spans of a trace, once each of those named (`service name`) has arrived: services send theirs when they like. */
  const traceOf = async (traceId: string, names: string[]): Promise<ReceivedSpan[]> =>
    await until(`${names.join(', ')} in ${traceId}`, () => {
      const spans = shop.receiver.trace(traceId)
      const arrived = new Set(spans.map(({ service, name }) => `${service} ${name}`))
      return names.every((name) => arrived.has(name)) ? spans : undefined
    })

  it('answers a checkout with an order that can be read back, and the trace id of the request', async () => {
    const { status, body } = await shop.checkout({ sku: 'mug', quantity: 2 })
    assert.equal(status, 201)
    assert.match(String(body['traceId']), /^[0-9a-f]{32}$/)
    const order = (await (await fetch(`${shop.url('gateway')}/orders/${String(body['orderId'])}`)).json()) as Record<
      string,
      unknown
    >
    assert.deepEqual([order['sku'], order['quantity'], order['amountCents']], ['mug', 2, 2_900])
  })

  it('places one order for a request that is repeated with its idempotency key, which is the id of the order', async () => {
    const key = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
    const first = await shop.checkout(mug, { 'idempotency-key': key })
    const second = await shop.checkout(mug, { 'idempotency-key': key })
    assert.deepEqual([first.status, first.body['orderId']], [201, key])
    assert.deepEqual([second.status, second.body['orderId']], [201, key])
    assert.notEqual(second.body['traceId'], first.body['traceId'])
    const placed = shop
      .logLines('checkout')
      .filter((line) => line['order_id'] === key && line['message'] === 'order placed')
    assert.equal(placed.length, 1)
    assert.equal((await shop.checkout(mug, { 'idempotency-key': 'not a uuid' })).status, 400)
  })

  it('makes one tree of spans through four services, named by route or by operation and table', async () => {
    const { body } = await shop.checkout(mug)
    const spans = await traceOf(String(body['traceId']), wholeCheckout)
    const byId = new Map(spans.map((span) => [span.spanId, span]))
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
    assert.deepEqual(
      roots.map(({ service, name }) => [service, name]),
      [['gateway', 'POST /checkout']],
    )
    for (const { parentSpanId, name } of spans)
      assert.ok(parentSpanId === undefined || byId.has(parentSpanId), `${name} is an orphan`)

    const names = (kind: number, service: string) =>
      spans.filter((span) => span.kind === kind && span.service === service).map(({ name }) => name)
    assert.deepEqual(names(server, 'inventory'), ['POST /reservations'])
    assert.deepEqual(names(server, 'payment'), ['POST /payments'])
    assert.deepEqual(
      names(client, 'inventory').filter((name) => !name.startsWith('pg')),
      ['BEGIN', 'SELECT stock', 'UPDATE stock', 'INSERT reservations', 'COMMIT'],
    )
    assert.deepEqual(
      names(client, 'checkout')
        .filter((name) => !name.startsWith('pg'))
        .toSorted(),
      ['INSERT orders', 'POST /payments', 'POST /reservations'],
    )
    assert.deepEqual(
      spans.filter(({ status }) => status.code === failed),
      [],
    )
  })

  it('describes spans by the stable conventions, and the service by the resource', async () => {
    const { body } = await shop.checkout(mug)
    const spans = await traceOf(String(body['traceId']), wholeCheckout)
    const select = spans.find(({ name }) => name === 'SELECT stock')
    assert.equal(select?.attributes['db.system.name'], 'postgresql')
    assert.equal(select.attributes['db.namespace'], 'shop')
    assert.equal(select.attributes['db.operation.name'], 'SELECT')
    assert.equal(select.attributes['db.collection.name'], 'stock')
    assert.equal(select.resource['service.namespace'], 'playground')
    assert.equal(select.resource['deployment.environment.name'], 'lab')
    const root = spans.find(({ parentSpanId }) => parentSpanId === undefined)
    assert.equal(root?.attributes['http.request.method'], 'POST')
    assert.equal(root.attributes['http.route'], '/checkout')
    assert.equal(root.attributes['http.response.status_code'], 201)
    assert.equal(root.attributes['server.address'], '127.0.0.1')
  })

  it('continues the trace of a caller', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const response = await fetch(`${shop.url('gateway')}/products`, {
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    })
    assert.equal(response.status, 200)
    const spans = await traceOf(traceId, ['gateway GET /products', 'inventory GET /products'])
    assert.equal(
      spans.find(({ kind, service }) => service === 'gateway' && kind === server)?.parentSpanId,
      'b7ad6b7169203331',
    )
  })

  it('makes no spans of metrics and health requests', async () => {
    await shop.metrics('inventory')
    await fetch(`${shop.opsUrl('inventory')}/health`)
    const { body } = await shop.checkout(mug)
    await traceOf(String(body['traceId']), wholeCheckout)
    const roots = shop.receiver
      .traces()
      .flatMap((spans) => spans.filter(({ parentSpanId }) => parentSpanId === undefined))
    assert.deepEqual(
      roots.filter(({ service }) => service !== 'gateway'),
      [],
    )
  })

  it('writes log lines with the trace of the request, and begins a checkout with the line of the tutorial', async () => {
    const { body } = await shop.checkout(mug)
    const lines = shop.logLines('checkout').filter((line) => line['trace_id'] === body['traceId'])
    const { timestamp, span_id, ...first } = lines[0] ?? {}
    assert.match(String(timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.match(String(span_id), /^[0-9a-f]{16}$/)
    assert.deepEqual(first, {
      level: 'info',
      message: 'User checkout process started',
      service: 'checkout',
      trace_id: body['traceId'],
      order_id: body['orderId'],
      ...mug,
    })
    for (const name of ['gateway', 'inventory', 'payment'] as const) {
      // A request's line is written when its answer has left, which is after the client has it.
      await until(`a line of ${name}`, () => shop.logLines(name).find((line) => line['trace_id'] === body['traceId']))
    }
  })

  it('exposes durations with exemplars that name a trace, as OpenMetrics', async () => {
    const { body } = await shop.checkout(mug)
    const response = await shop.metrics('gateway')
    assert.match(response.headers.get('content-type') ?? '', /^application\/openmetrics-text/)
    const { samples } = parseExposition(await response.text(), response.headers.get('content-type') ?? '')
    const traces = samples
      .filter(({ labels }) =>
        labels.some(([name, value]) => name === '__name__' && value === 'http_server_request_duration_seconds_bucket'),
      )
      .flatMap(({ exemplar }) => exemplar?.labels ?? [])
    assert.ok(traces.some(([name, value]) => name === 'trace_id' && value === body['traceId']))
  })

  it('speaks the Prometheus text format to those who know no other', async () => {
    await shop.checkout(mug)
    const response = await shop.metrics('checkout', 'text/plain')
    const text = await response.text()
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    assert.match(text, /^# TYPE playground_orders_total counter\nplayground_orders_total\{sku="mug"\} \d+$/m)
    assert.doesNotMatch(text, /trace_id|# EOF/)
  })

  for (const [title, body, status, kind] of [
    ['an unknown sku', { sku: 'no-such', quantity: 1 }, 404, 'unknown-sku'],
    ['more than there is', { sku: 'first-edition', quantity: 50 }, 409, 'out-of-stock'],
    ['a quantity that is text', { sku: 'mug', quantity: '1' }, 400, 'bad-request'],
    ['a quantity of none', { sku: 'mug', quantity: 0 }, 400, 'bad-request'],
    ['a field nobody knows', { ...mug, coupon: 'x' }, 400, 'bad-request'],
    ['a NUL in the sku', { ...mug, sku: 'mug\u0000' }, 400, 'bad-request'],
    ['half of a JSON body', '{"sku":"mug"', 400, 'bad-request'],
  ] as const) {
    it(`answers ${title} with ${status} and a problem that names the trace`, async () => {
      const answer = await shop.checkout(body)
      assert.equal(answer.status, status)
      assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
      assert.equal(answer.body['type'], `urn:playground:problem:${kind}`)
      assert.equal(answer.body['status'], status)
      const spans = await traceOf(String(answer.body['traceId']), ['gateway POST /checkout'])
      assert.deepEqual(
        spans.filter((span) => span.kind === server && span.status.code === failed),
        [],
      )
    })
  }

  it('refuses control characters in a sku at every door, before the database has to', async () => {
    const problemOf = async (name: 'gateway' | 'checkout' | 'inventory', path: string, body?: unknown) => {
      const headers = { 'content-type': 'application/json' }
      const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) }
      const response = await fetch(`${shop.url(name)}${path}`, init)
      return [response.status, response.headers.get('content-type')?.split(';')[0], await response.json()] as const
    }
    const sku = 'mug\u0000'
    const orderId = 'd9428888-122b-11e1-b85c-61cd3cbb3210'
    for (const [status, type, problem] of [
      await problemOf('gateway', '/checkout', { sku: 'mug\n', quantity: 1 }),
      await problemOf('gateway', '/products/mug%00'),
      await problemOf('checkout', '/checkout', { sku, quantity: 1 }),
      await problemOf('inventory', '/products/mug%00'),
      await problemOf('inventory', '/reservations', { orderId, sku, quantity: 1 }),
    ]) {
      assert.deepEqual([status, type], [400, 'application/problem+json'])
      assert.match(JSON.stringify(problem), /sku must match pattern/)
    }
    assert.equal((await problemOf('gateway', '/products/%E7%93%B7%E6%9D%AF'))[0], 404)
  })

  it('releases the reservation of a payment that was declined', async () => {
    const available = async () => {
      const product = (await (await fetch(`${shop.url('gateway')}/products/espresso-machine`)).json()) as {
        available: number
      }
      return product.available
    }
    const before = await available()
    const { status, body } = await shop.checkout({ sku: 'espresso-machine', quantity: 5 })
    assert.equal(status, 402)
    assert.equal(body['type'], 'urn:playground:problem:payment-declined')
    assert.equal(await available(), before)
    const { status: paid } = await shop.checkout({ sku: 'espresso-machine', quantity: 1 })
    assert.equal(paid, 201)
    assert.equal(await available(), before - 1)
  })

  it('refunds the payment and releases the reservation when the order cannot be recorded', async () => {
    const database = new pg.Client({ connectionString: shop.databaseUrl })
    await database.connect()
    try {
      await database.query('ALTER TABLE checkout.orders ADD CONSTRAINT nothing_sold CHECK (quantity < 0) NOT VALID')
      const { status, body } = await shop.checkout(mug)
      assert.equal(status, 500)
      assert.equal(body['type'], 'urn:playground:problem:internal')
      await traceOf(String(body['traceId']), ['payment DELETE /payments/:id', 'inventory DELETE /reservations/:id'])
      const { rows } = await database.query(
        `SELECT p.state, r.released_at IS NOT NULL AS released FROM payment.payments p JOIN inventory.reservations r USING (order_id)
         ORDER BY p.created_at DESC LIMIT 1`,
      )
      assert.deepEqual(rows, [{ state: 'refunded', released: true }])
    } finally {
      await database.query('ALTER TABLE checkout.orders DROP CONSTRAINT IF EXISTS nothing_sold')
      await database.end()
    }
    assert.equal((await shop.checkout(mug)).status, 201)
  })

  it('restocks before the shelf is empty, so that a lab can sell for weeks', async () => {
    for (let bought = 0; bought < 600; bought += 100) {
      assert.equal((await shop.checkout({ sku: 'mug', quantity: 100 })).status, 201)
    }
    assert.ok(shop.logLines('inventory').some(({ message, sku }) => message === 'stock replenished' && sku === 'mug'))
  })

  it('sells the last units once, whoever asks at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => shop.checkout({ sku: 'first-edition', quantity: 1 })),
    )
    assert.deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [201, 201, 201, 409, 409, 409, 409, 409],
    )
  })

  it('finds a connection for each of many checkouts at once, as long as no fault is on', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.checkout(mug)))
    assert.deepEqual(
      answers.filter(({ status }) => status !== 201),
      [],
    )
  })

  it('refuses a page of another site', async () => {
    const response = await fetch(`${shop.opsUrl('inventory')}/faults`, { headers: { origin: 'https://example.com' } })
    assert.equal(response.status, 403)
    assert.equal(
      (await fetch(`${shop.opsUrl('inventory')}/faults`, { headers: { origin: 'http://localhost:8080' } })).status,
      200,
    )
  })
})

describe('the database timeout', () => {
  it('comes from a pool that ran dry: 503 with the trace id, its log line, failed spans; and it heals', async () => {
    await using shop = await StartedShop.start()
    assert.equal((await shop.checkout(mug)).status, 201)
    assert.equal((await shop.fault('inventory', 'db-timeout', 'PUT', {})).status, 200)

    const metrics = await (await shop.metrics('inventory')).text()
    assert.match(metrics, /^db_client_connection_count\{db_client_connection_state="used"\} 8$/m)
    assert.match(metrics, /^db_client_connection_timeouts_total 0$/m, 'the dry pool shows before the first timeout')

    const { status, headers, body } = await shop.checkout(mug)
    assert.equal(status, 503)
    assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/)
    assert.equal(headers.get('retry-after'), '1')
    assert.equal(body['type'], 'urn:playground:problem:database-connection-timeout')

    const line = shop.logLines('inventory').find(({ message }) => message === 'database connection timeout')
    assert.equal(line?.['level'], 'error')
    assert.equal(line['trace_id'], body['traceId'])
    assert.equal(line['error.type'], 'DatabaseConnectionTimeout')

    const spans = await until('the failed trace', () => {
      const trace = shop.receiver.trace(String(body['traceId']))
      return trace.some(({ parentSpanId }) => parentSpanId === undefined) && trace.length === 6 ? trace : undefined
    })
    assert.deepEqual(
      spans.filter((span) => span.status.code !== failed),
      [],
      'every span on the way failed',
    )
    const reserve = spans.find(({ service, kind }) => service === 'inventory' && kind === server)
    assert.equal(reserve?.spanId, line['span_id'])
    assert.equal(reserve?.attributes['error.type'], 'DatabaseConnectionTimeout')
    assert.equal(reserve?.events[0]?.attributes['exception.message'], 'database connection timeout')
    assert.equal(
      spans.find(({ name }) => name === 'pg-pool.connect')?.status.message,
      'timeout exceeded when trying to connect',
    )

    const health = await fetch(`${shop.opsUrl('inventory')}/health`)
    assert.equal(health.status, 503)
    assert.deepEqual(((await health.json()) as { missing: string[] }).missing, ['database'])

    assert.equal((await shop.fault('inventory', 'db-timeout', 'DELETE')).status, 200)
    assert.equal((await shop.checkout(mug)).status, 201)
    assert.equal((await fetch(`${shop.opsUrl('inventory')}/health`)).status, 200)
  })

  it('is lifted when its time is over, and at shutdown', async () => {
    await using shop = await StartedShop.start()
    assert.equal(
      (await shop.fault('inventory', 'db-timeout', 'PUT', { ttlSeconds: 5, params: { intervalMs: 20 } })).status,
      200,
    )
    assert.equal((await shop.checkout(mug)).status, 503)
    await until('the fault to expire', async () => {
      const state = (await (await shop.fault('inventory', 'db-timeout', 'GET')).json()) as { active?: unknown }
      return state.active === undefined ? true : undefined
    })
    assert.equal((await shop.checkout(mug)).status, 201)

    await shop.fault('inventory', 'db-timeout', 'PUT', { params: { intervalMs: 20 } })
    assert.equal(await shop.stop('inventory'), 0)
    const lifted = shop.logLines('inventory').filter(({ message }) => message === 'fault lifted')
    assert.deepEqual(
      lifted.map(({ reason }) => reason),
      ['expired', 'shutdown'],
    )
  })
})

describe('other faults', () => {
  it('cancel a slow statement by statement_timeout, delay a payment, and refuse what they do not understand', async () => {
    await using shop = await StartedShop.start({ DB_STATEMENT_TIMEOUT_MS: '300' })
    assert.equal((await shop.fault('inventory', 'slow-statement', 'PUT', { params: { delayMs: 2_000 } })).status, 200)
    const { status, body } = await shop.checkout(mug)
    assert.deepEqual([status, body['detail']], [503, 'database statement timeout'])
    await shop.fault('inventory', 'slow-statement', 'DELETE')
    assert.equal((await shop.checkout(mug)).status, 201)

    await shop.fault('payment', 'payment-latency', 'PUT', { params: { delayMs: 400 } })
    const start = performance.now()
    assert.equal((await shop.checkout(mug)).status, 201)
    assert.ok(performance.now() - start >= 400)

    assert.equal((await shop.fault('inventory', 'no-such', 'PUT', {})).status, 404)
    assert.equal((await shop.fault('inventory', 'db-timeout', 'PUT', { params: { delay: 1 } })).status, 400)
    assert.equal((await shop.fault('inventory', 'db-timeout', 'PUT', { ttlSeconds: 3_601 })).status, 400)
  })

  it('take no money for a checkout that has been given up', async () => {
    await using shop = await StartedShop.start({ CHECKOUT_UPSTREAM_TIMEOUT_MS: '2000' })
    assert.equal((await shop.checkout(mug)).status, 201)
    await shop.fault('payment', 'payment-latency', 'PUT', { params: { delayMs: 3_000 } })
    assert.equal((await shop.checkout(mug)).status, 504)
    await until(
      'payment to notice',
      async () =>
        (await (await shop.metrics('payment')).text()).includes('playground_payments_total{outcome="abandoned"} 1') ||
        undefined,
    )
    const database = new pg.Client(shop.databaseUrl)
    await database.connect()
    const { rows } = await database.query('SELECT count(*)::int AS captured FROM payment.payments')
    await database.end()
    assert.deepEqual(rows, [{ captured: 1 }])
  })
})

describe('a service', () => {
  it('answers what is under way when it is told to stop', async () => {
    await using shop = await StartedShop.start()
    await shop.fault('payment', 'payment-latency', 'PUT', { params: { delayMs: 500 } })
    const answer = shop.checkout(mug)
    await until('the checkout to begin', () =>
      shop.logLines('inventory').find(({ message }) => message === 'stock reserved'),
    )
    assert.equal(await shop.stop('gateway'), 0)
    assert.equal((await answer).status, 201)
  })

  it('keeps serving, and stays quiet, when no agent takes its spans', async () => {
    await using shop = await StartedShop.start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
    assert.equal((await shop.checkout(mug)).status, 201)
    assert.equal(await shop.stop('gateway'), 0)
    assert.deepEqual(
      shop.logLines('gateway').filter(({ level }) => level !== 'info'),
      [],
    )
  })
})
