// One browser page on the console of a lab, and what several tests do there. Every wait has a deadline.
import assert from 'node:assert/strict'
import { asText, field, parseObject } from '../../scripts/lab/json.ts'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'

/** A trace or a line needs the agent's batch, the stores' flush and a scrape; on a loaded machine that is seconds. */
export const ARRIVAL_TIMEOUT_MS = 20_000
const ACTION_TIMEOUT_MS = 10_000

export interface ConsolePage extends AsyncDisposable {
  page: Page
  open(path: string): Promise<void>
  /** Console errors, uncaught exceptions, and requests that left this machine. */
  troubles: string[]
}

export async function openConsole(
  browser: Browser,
  consoleUrl: string,
  options: BrowserContextOptions = {},
): Promise<ConsolePage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(ACTION_TIMEOUT_MS)
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(`uncaught: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(consoleUrl)) troubles.push(`request to ${request.url()}`)
  })
  page.on('console', (message) => {
    // A refused query or checkout is an answer; that the browser lists it is no trouble of the page.
    if (message.type() === 'error' && !/status of (4\d\d|503)/.test(message.text())) troubles.push(message.text())
  })
  return {
    page,
    troubles,
    open: async (path) => {
      await page.goto(consoleUrl + path)
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}

/** Asks again (the Run button) until the locator shows: what was just done may still be on its way into the stores. */
export async function runUntilVisible(page: Page, wanted: Locator): Promise<void> {
  const deadline = Date.now() + ARRIVAL_TIMEOUT_MS
  for (;;) {
    try {
      await wanted.first().waitFor({ state: 'visible', timeout: 1_500 })
      return
    } catch (error) {
      if (Date.now() > deadline) {
        const seen = (await page.locator('main').innerText()).slice(0, 600)
        throw new Error(`not seen within ${ARRIVAL_TIMEOUT_MS} ms; the page at ${page.url()} says: ${seen}`, {
          cause: error,
        })
      }
      const again = page.getByRole('button', { name: /^(Run|Ask again)$/ }).first()
      if (await again.isVisible()) await again.click()
      else await page.reload()
    }
  }
}

/** Presses a button of the shop and gives the newest of the recent checkouts: its status and its trace. */
export async function checkoutByButton(page: Page, button: RegExp): Promise<{ status: string; traceId: string }> {
  const list = page.getByRole('list', { name: 'Recent checkouts' }).getByRole('listitem')
  const before = await list.count()
  const control = page.getByRole('button', { name: button })
  await control.click()
  await list.nth(before).waitFor({ timeout: ARRIVAL_TIMEOUT_MS })
  await page
    .getByRole('button', { name: 'Check out one mug' })
    .and(page.locator(':enabled'))
    .waitFor({ timeout: ARRIVAL_TIMEOUT_MS })
  const newest = list.first()
  const title = await newest.locator('a[title^="Trace "]').getAttribute('title')
  return { status: (await newest.locator('.badge').innerText()).trim(), traceId: title?.replace('Trace ', '') ?? '' }
}

/** A checkout that no browser sent. */
export async function sendCheckout(consoleUrl: string): Promise<{ traceId: string }> {
  const response = await fetch(`${consoleUrl}/api/gateway/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"sku":"mug","quantity":1}',
  })
  assert.equal(response.status, 201)
  return { traceId: asText(field(parseObject(await response.text()), 'traceId')) }
}

/** Where a chart has painted a diamond in the theme's accent colour, in page coordinates. */
export async function findExemplarDot(page: Page): Promise<{ x: number; y: number }> {
  const dot = await page.evaluate(() => {
    const probe = document.createElement('span')
    probe.style.color = 'var(--accent)'
    document.body.append(probe)
    const accent = getComputedStyle(probe).color.match(/\d+/g)?.map(Number) ?? []
    probe.remove()
    for (const canvas of document.querySelectorAll('canvas')) {
      const context = canvas.getContext('2d')
      if (context === null || canvas.width === 0) continue
      const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height)
      const isAccent = (x: number, y: number) =>
        accent.every((channel, index) => Math.abs((data[(y * width + x) * 4 + index] ?? 0) - channel) < 6)
      for (let y = 3; y < height - 3; y++) {
        for (let x = 3; x < width - 3; x++) {
          // The middle of a diamond: the same colour on all four sides.
          if (isAccent(x, y) && isAccent(x - 2, y) && isAccent(x + 2, y) && isAccent(x, y - 2) && isAccent(x, y + 2)) {
            const box = canvas.getBoundingClientRect()
            return { x: box.left + (x / width) * box.width, y: box.top + (y / height) * box.height }
          }
        }
      }
    }
    return undefined
  })
  assert.ok(dot !== undefined, 'no chart has painted an exemplar')
  return dot
}

export function traceIdOf(page: Page): string {
  return /\/traces\/([0-9a-f]{32})/.exec(page.url())?.[1] ?? ''
}
