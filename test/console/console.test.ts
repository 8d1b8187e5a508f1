// The console in a real Chromium, on a real lab.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Browser } from 'playwright-core'
import { startLab } from '../lab-fixture.ts'
import type { StartedLab } from '../lab-fixture.ts'
import { browserSkipReason, launchChromium } from './chromium.ts'
import {
  ARRIVAL_TIMEOUT_MS,
  checkoutByButton,
  findExemplarDot,
  openConsole,
  runUntilVisible,
  sendCheckout,
  traceIdOf,
} from './console-page.ts'

const skip = browserSkipReason()
if (skip !== undefined) process.stderr.write(`\nThe console was NOT tested in a browser: ${skip}\n\n`)

const UNKNOWN_TRACE = 'deadbeefdeadbeefdeadbeefdeadbeef'

/** Skipped one by one, so that each is counted. */
const browserTest = (title: string, body: (t: TestContext) => Promise<void>): void =>
  void test(title, { skip: skip ?? false, timeout: 120_000 }, body)

describe('the console', () => {
  let lab: StartedLab
  let browser: Browser
  let consoleUrl: string
  before(async () => {
    if (skip !== undefined) return
    browser = await launchChromium()
    lab = await startLab('--memory')
    consoleUrl = lab.url('console')
  })
  after(async () => {
    await browser?.close()
    await lab?.[Symbol.asyncDispose]()
  })

  browserTest(
    'a database timeout leads from its log line to its trace, the span’s logs, the metric, an exemplar, and a trace again',
    async () => {
      await using view = await openConsole(browser, consoleUrl)
      const { page } = view
      await view.open('/')
      const sold = await checkoutByButton(page, /^Check out one mug$/)
      assert.equal(sold.status, '201')
      assert.match(sold.traceId, /^[0-9a-f]{32}$/)

      const refused = await checkoutByButton(page, /^Database timeout on$/)
      assert.equal(refused.status, '503')
      const healed = await checkoutByButton(page, /^Database timeout off$/)
      assert.equal(healed.status, '201')

      // Log line → trace
      await page.goto(
        `${consoleUrl}/logs?q=${encodeURIComponent('{service_name="inventory"} |= "database connection timeout"')}`,
      )
      const line = page
        .locator('.log-row')
        .filter({ hasText: 'database connection timeout' })
        .filter({ hasText: refused.traceId.slice(0, 8) })
      await runUntilVisible(page, line)
      await line.first().getByRole('link', { name: /Trace/ }).click()
      await page.waitForURL(/\/traces\/[0-9a-f]{32}\?.*span=/)
      assert.equal(traceIdOf(page), refused.traceId)
      await runUntilVisible(page, page.getByRole('treeitem'))

      // The span of the line is selected, failed, and holds the exception.
      const details = page.getByRole('complementary', { name: 'Span' })
      await details.getByText('database connection timeout').first().waitFor()
      const services = await page
        .getByRole('treeitem')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''))
      for (const service of ['gateway', 'checkout', 'inventory'])
        assert.ok(
          services.some((label) => label.startsWith(service)),
          `${service} in ${services.join('; ')}`,
        )
      const spanId = new URL(page.url()).searchParams.get('span') ?? ''

      // Trace → logs of this span
      await details.getByRole('link', { name: 'Logs of this span' }).click()
      await page.waitForURL(/\/logs\?/)
      const spanLine = page.locator('.log-row').filter({ hasText: 'database connection timeout' })
      await runUntilVisible(page, spanLine)
      await spanLine.first().locator('.log-row-toggle').click()
      const opened = page.locator('.log-details').first()
      await opened.getByText(spanId).first().waitFor()
      await opened.getByRole('link', { name: 'Metrics of inventory' }).waitFor()
      for (const link of await page.locator('.log-row').getByRole('link', { name: /Trace/ }).all()) {
        assert.equal(await link.getAttribute('title'), `Trace ${refused.traceId}`)
      }

      // Span → metric → exemplar → trace. The server span has a route; the line may belong to a span within it.
      await page.goBack()
      await page
        .getByRole('treeitem', { name: /^inventory (POST|PUT)/ })
        .first()
        .click()
      await details.getByRole('link', { name: 'HTTP metrics of this route' }).click()
      await page.waitForURL(/\/metrics\?/)
      const exemplars = page.locator('.exemplar-list').first()
      await runUntilVisible(page, exemplars)
      const dot = await findExemplarDot(page)
      await page.mouse.move(dot.x, dot.y)
      await page.mouse.click(dot.x, dot.y)
      await page.waitForURL(/\/traces\/[0-9a-f]{32}/)
      await runUntilVisible(page, page.getByRole('treeitem'))

      await page.goBack()
      await exemplars.locator('summary').click()
      const own = exemplars.getByRole('link', { name: refused.traceId.slice(0, 16) })
      await own.first().click()
      await page.waitForURL(new RegExp(`/traces/${refused.traceId}`))
      await runUntilVisible(page, page.getByRole('treeitem'))
      assert.deepEqual(view.troubles, [])
    },
  )

  browserTest('for a trace id that nobody sent the same places say that there is nothing', async () => {
    await using view = await openConsole(browser, consoleUrl)
    const { page } = view
    await view.open(`/traces/${UNKNOWN_TRACE}`)
    await page.getByText('Tempo has no such trace').waitFor()
    assert.equal(await page.getByRole('treeitem').count(), 0)
    const query = `{service_name=~".+"} | json | trace_id="${UNKNOWN_TRACE}"`
    await view.open(`/logs?q=${encodeURIComponent(query)}`)
    await page.getByText('No lines').waitFor()
    await page.locator('.empty-state code').getByText(query).waitFor()
    assert.equal(await page.locator('.log-row').count(), 0)
  })

  browserTest('the live tail shows a checkout’s lines as they happen', async () => {
    await using view = await openConsole(browser, consoleUrl)
    const { page } = view
    await view.open(`/logs?live=1&q=${encodeURIComponent('{service_name="checkout"}')}`)
    await page.getByRole('region', { name: 'Live tail' }).waitFor()
    const { traceId } = await sendCheckout(consoleUrl)
    await page
      .locator('.log-row')
      .filter({ hasText: 'User checkout process started' })
      .filter({ hasText: traceId.slice(0, 8) })
      .first()
      .waitFor({ timeout: ARRIVAL_TIMEOUT_MS })
    assert.deepEqual(view.troubles, [])
  })

  browserTest('each language’s refusal is shown in its own words, with the place marked in the editor', async () => {
    await using view = await openConsole(browser, consoleUrl)
    const { page } = view
    for (const [path, api] of [
      [`/logs?q=${encodeURIComponent('{service_name="checkout"} | | json')}`, 'Loki'],
      [`/traces?q=${encodeURIComponent('{ status = = error }')}`, 'Tempo'],
      [`/metrics?q=${encodeURIComponent('sum(rate(up[5m])')}`, 'Prometheus'],
    ] as const) {
      await view.open(path)
      const alert = page.getByRole('alert').filter({ hasText: `${api} refused the query · HTTP 400` })
      await alert.waitFor()
      assert.match(await alert.innerText(), /parse error/, api)
      await page.locator('.cm-error').first().waitFor()
    }
    assert.deepEqual(view.troubles, [])
  })

  browserTest('the editors complete names and values from what the stores hold', async () => {
    await using view = await openConsole(browser, consoleUrl)
    const { page } = view
    for (const [path, typed, names, value] of [
      ['/logs?q=', '{serv', 'service_name', '="inv'],
      ['/metrics?q=up', 'http_server_request_duration_seconds_count{serv', 'service_name', '="inv'],
      ['/traces?q=', '{ resource.service.n', 'resource.service.name', ' = "inv'],
    ] as const) {
      await view.open(path)
      const editor = page.locator('.cm-content').first()
      await editor.click()
      await page.keyboard.press('ControlOrMeta+a')
      await page.keyboard.press('Delete')
      await page.keyboard.type(typed)
      const options = page.locator('.cm-tooltip-autocomplete li')
      await options.filter({ hasText: names }).first().waitFor()
      await page.keyboard.type(
        names.slice(typed.length - Math.max(typed.lastIndexOf('{') + 1, typed.lastIndexOf(' ') + 1)),
      )
      await page.keyboard.type(value)
      await options.filter({ hasText: 'inventory' }).first().waitFor()
      await page.keyboard.press('Enter')
      await page.waitForFunction(
        () => document.querySelector('.cm-content')?.textContent?.includes('"inventory"') === true,
      )
    }
    assert.deepEqual(view.troubles, [])
  })

  browserTest('a field chosen in a line narrows the query, and a metric query draws a chart', async () => {
    await using view = await openConsole(browser, consoleUrl)
    const { page } = view
    await view.open(`/logs?q=${encodeURIComponent('{service_name=~".+"}')}`)
    await runUntilVisible(page, page.locator('.log-row'))
    await page
      .locator('.log-row')
      .filter({ hasText: 'User checkout process started' })
      .first()
      .locator('.log-row-toggle')
      .click()
    await page.getByRole('button', { name: 'Only sku = mug' }).click()
    await page.waitForURL((url) => url.searchParams.get('q') === '{service_name=~".+"} | json | sku="mug"')
    // The old lines stay until the new ones are there.
    await page.waitForFunction(() => {
      const rows = [...document.querySelectorAll('.log-row')]
      return rows.length > 0 && rows.every((row) => row.textContent?.includes('sku=mug'))
    })
    assert.ok((await page.locator('.log-volume-bars rect').count()) > 0)

    await view.open(
      `/logs?q=${encodeURIComponent('sum by (service_name) (count_over_time({service_name=~".+"} [1m]))')}`,
    )
    await runUntilVisible(page, page.locator('.chart-legend button').filter({ hasText: 'checkout' }))
    assert.equal(await page.locator('.log-row').count(), 0)
    assert.deepEqual(view.troubles, [])
  })

  browserTest('in the flame graph a frame chosen takes the whole width and opens its span', async () => {
    await using view = await openConsole(browser, consoleUrl)
    const { page } = view
    const { traceId } = await sendCheckout(consoleUrl)
    await view.open(`/traces/${traceId}?view=flame`)
    await runUntilVisible(page, page.locator('.flame-frame'))
    const whole = (await page.locator('.flame-frame').first().boundingBox())?.width ?? 0
    const frame = page.locator('.flame-frame').filter({ hasText: 'INSERT orders' })
    assert.ok(((await frame.boundingBox())?.width ?? whole) < whole / 2)
    await frame.click()
    await page
      .getByRole('complementary', { name: 'Span' })
      .getByRole('heading', { name: /INSERT orders/ })
      .waitFor()
    const graph = (await page.locator('.flame-graph > div').boundingBox())?.width ?? 0
    assert.ok(Math.abs(((await frame.boundingBox())?.width ?? 0) - graph) < 2)
    await page.getByRole('button', { name: 'Whole trace' }).click()
    await page.locator('.flame-frame').filter({ hasText: 'gateway' }).first().waitFor()
    assert.deepEqual(view.troubles, [])
  })

  browserTest('with the keyboard alone one gets from the shop to a log line, its trace, and a span', async () => {
    await using view = await openConsole(browser, consoleUrl)
    const { page } = view
    await view.open('/')
    await page.getByRole('button', { name: 'Check out one mug' }).and(page.locator(':enabled')).waitFor()
    const press = (key: string) => page.keyboard.press(key)
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
    /** Tab until the focused element is the one; a page that needs more stops than this is not usable by keyboard. */
    const tabTo = async (selector: string, most = 40): Promise<void> => {
      for (let stops = 0; stops < most; stops++) {
        await press('Tab')
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return
      }
      assert.fail(`${selector} is not reached within ${most} stops; the focus is at "${await focused()}"`)
    }
    await press('Tab')
    assert.equal(await focused(), 'Skip to content')
    await tabTo('nav a[href^="/logs"]')
    await press('Enter')
    await page.waitForURL(/\/logs/)
    await page.locator('.cm-content').waitFor()
    await tabTo('.cm-content')
    await press('ControlOrMeta+a')
    await page.keyboard.type('{service_name="checkout"} |= "User checkout process started"')
    await press('Escape')
    await press('Enter')
    await page.waitForURL(/process\+started/)
    await runUntilVisible(page, page.locator('.log-row'))
    await page.locator('.cm-content').focus()
    await tabTo('.log-row-toggle')
    await press('Enter')
    await page.locator('.log-details').waitFor()
    await tabTo('.log-trace', 60)
    await press('Enter')
    await page.waitForURL(/\/traces\/[0-9a-f]{32}/)
    await runUntilVisible(page, page.getByRole('tree'))
    await tabTo('[role=tree]')
    await press('Home')
    await page.locator('[role=treeitem][aria-selected=true]').waitFor()
    const rows = await page.getByRole('treeitem').count()
    await press('ArrowLeft')
    await page.locator('[role=treeitem][aria-selected=true][aria-expanded=false]').waitFor()
    assert.ok((await page.getByRole('treeitem').count()) < rows)
    await press('ArrowRight')
    await press('ArrowDown')
    await page.locator('[role=treeitem][aria-level="2"][aria-selected=true]').waitFor()
    await tabTo('.span-actions a')
    assert.equal(await focused(), 'Logs of this span')
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle)
    assert.notEqual(outline, 'none', 'the focus is visible')
  })

  browserTest('on a phone, light or dark, no view is wider than the screen', async () => {
    const { traceId } = await sendCheckout(consoleUrl)
    for (const colorScheme of ['light', 'dark'] as const) {
      await using view = await openConsole(browser, consoleUrl, {
        viewport: { width: 360, height: 740 },
        colorScheme,
        isMobile: true,
        hasTouch: true,
      })
      const { page } = view
      for (const [path, ready] of [
        ['/', '.topology-node'],
        ['/logs', '.log-row'],
        ['/traces', '.trace-table td'],
        [`/traces/${traceId}`, '[role=treeitem]'],
        [`/traces/${traceId}?view=flame`, '.flame-frame'],
        ['/metrics', 'canvas'],
        ['/metrics?show=table', '.data-table td'],
      ] as const) {
        await view.open(path)
        await runUntilVisible(page, page.locator(ready))
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
        assert.ok(excess <= 0, `${path} in ${colorScheme} is ${excess} px too wide`)
      }
      const [red = 0] = await page.evaluate(
        () => getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g)?.map(Number) ?? [],
      )
      assert.equal(red < 128, colorScheme === 'dark', `the ground of ${colorScheme}`)
      assert.deepEqual(view.troubles, [])
    }
  })

  browserTest('a window of 320 pixels less a scrollbar of 15 shows all of the header', async () => {
    await using view = await openConsole(browser, consoleUrl, { viewport: { width: 305, height: 640 } })
    const { page } = view
    await view.open('/')
    await page.locator('.topology-node').first().waitFor()
    const box = await page.getByRole('button', { name: /^Theme:/ }).boundingBox()
    assert.ok(box !== null && box.x + box.width <= 305, `the theme button ends at ${box && box.x + box.width}`)
  })

  browserTest('the theme switch wins over the system’s choice and is kept', async () => {
    await using view = await openConsole(browser, consoleUrl, { colorScheme: 'light' })
    const { page } = view
    const isDark = () => page.evaluate(() => getComputedStyle(document.body).colorScheme === 'dark')
    await view.open('/metrics')
    const control = page.getByRole('button', { name: /^Theme:/ })
    assert.equal(await isDark(), false)
    await control.click() // system → light
    await control.click() // light → dark
    await page.getByRole('button', { name: /^Theme: dark/ }).waitFor()
    assert.equal(await isDark(), true)
    await page.reload()
    await page.getByRole('button', { name: /^Theme: dark/ }).waitFor()
    assert.equal(await isDark(), true)
    assert.deepEqual(view.troubles, [])
  })

  browserTest('a store that is away is named with its address, and the page asks again when told to', async () => {
    await using view = await openConsole(browser, consoleUrl)
    const { page } = view
    const away = {
      status: 502,
      contentType: 'application/problem+json',
      body: '{"status":502,"detail":"http://127.0.0.1:3100: nothing listens there"}',
    }
    await page.route('**/api/loki/**', (route) => route.fulfill(away))
    await view.open('/logs')
    await page
      .getByRole('alert')
      .filter({ hasText: 'Loki does not answer' })
      .filter({ hasText: '127.0.0.1:3100: nothing listens there' })
      .waitFor()
    await page.unroute('**/api/loki/**')
    await page.getByRole('button', { name: 'Run' }).click()
    await runUntilVisible(page, page.locator('.log-row'))
    assert.equal(await page.getByRole('alert').count(), 0)
  })

  browserTest('a page of another origin can neither send a checkout nor open the tail', async (t) => {
    const foreign = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>foreign</title>'),
    )
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
    t.after(() => foreign.close())
    const address = foreign.address()
    assert.ok(address !== null && typeof address === 'object')
    const context = await browser.newContext()
    t.after(() => context.close())
    const page = await context.newPage()
    await page.goto(`http://127.0.0.1:${address.port}/`)
    const answered = page.waitForResponse((response) => response.url().endsWith('/api/gateway/checkout'))
    const outcome = page.evaluate(async (url) => {
      await fetch(`${url}/api/gateway/checkout`, {
        method: 'POST',
        mode: 'no-cors',
        body: '{"sku":"mug","quantity":1}',
      }).catch(() => undefined)
      return await new Promise<string>((resolve) => {
        const socket = new WebSocket(
          `${url.replace('http', 'ws')}/api/loki/loki/api/v1/tail?query=%7Bjob%3D%22playground%22%7D`,
        )
        socket.addEventListener('open', () => resolve('open'))
        socket.addEventListener('error', () => resolve('refused'))
      })
    }, consoleUrl)
    assert.equal((await answered).status(), 403)
    assert.equal(await outcome, 'refused')

    // The failing twin: from the console's own page the same tail opens.
    await page.goto(`${consoleUrl}/logs`)
    const own = await page.evaluate(
      (url) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(
            `${url.replace('http', 'ws')}/api/loki/loki/api/v1/tail?query=%7Bjob%3D%22playground%22%7D`,
          )
          socket.addEventListener('open', () => resolve('open'))
          socket.addEventListener('error', () => resolve('refused'))
        }),
      consoleUrl,
    )
    assert.equal(own, 'open')
  })
})
