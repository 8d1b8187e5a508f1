// Takes the pictures of the documentation from the lab that is up (needs Chromium).
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchChromium } from '../test/console/chromium.ts'
import { COMMON_OPTIONS, EXIT, runCommand } from './lab/command-line/command.ts'
import { runningLab } from './lab/current-lab.ts'
import { url } from './lab/lab-description.ts'
import { proveCheckout } from './lab/proof/proof.ts'
import { ROOT } from './lab/settings.ts'

const VIEWPORT = { width: 1280, height: 800 }

/** What has to be on the page before the picture is taken. */
const PICTURES: { name: string; path: (traceId: string) => string; shows: (page: Page) => Promise<void> }[] = [
  { name: 'shop', path: () => '/', shows: (page) => page.getByText(/\d+\/\d+ up/).waitFor() },
  {
    name: 'logs',
    path: () => '/logs',
    shows: (page) => page.getByText('User checkout process started').first().waitFor(),
  },
  {
    name: 'trace',
    path: (traceId) => `/traces/${traceId}`,
    shows: (page) => page.getByText('INSERT orders').first().waitFor(),
  },
  { name: 'metrics', path: () => '/metrics', shows: (page) => page.locator('canvas').first().waitFor() },
]

await runCommand({
  name: 'pictures',
  summary: 'Takes the pictures of the documentation from the lab that is up (needs Chromium).',
  options: { 'port-offset': COMMON_OPTIONS['port-offset'] },
  exitCodes: { 0: 'docs/images holds new pictures', 1: 'a page did not show what it should' },
  examples: ['npm run up && npm run pictures'],
  async run({ values, out }) {
    const lab = await runningLab(values['port-offset'])
    const { answer } = await proveCheckout(lab)
    const folder = join(ROOT, 'docs/images')
    mkdirSync(folder, { recursive: true })
    const browser = await launchChromium()
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ viewport: VIEWPORT, colorScheme })
        for (const { name, path, shows } of PICTURES) {
          await page.goto(`${url(lab, 'console')}${path(answer.traceId)}`)
          await shows(page)
          // Charts and numbers fade in after the text that was waited for.
          await page.waitForTimeout(1_500)
          const file = join(folder, `console-${name}${colorScheme === 'dark' ? '-dark' : ''}.png`)
          await page.screenshot({ path: file })
          out.progress(file)
        }
        await page.close()
      }
    } finally {
      await browser.close()
    }
    return EXIT.ok
  },
})
