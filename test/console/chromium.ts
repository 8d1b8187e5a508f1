// Finds and starts the Chromium of this machine; the tests drive no other browser and download none.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']
const FIXED_PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]
const ARGUMENTS = [
  '--no-sandbox', // Chromium refuses to run as root with it, and CI is root.
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const HOW_TO =
  'install it (Debian: apt-get install chromium) or set CHROMIUM to its path, then run: npm test -- test/console'

export function findChromium(env: Record<string, string | undefined> = process.env): string | undefined {
  if (env['CHROMIUM'] !== undefined && env['CHROMIUM'] !== '') return env['CHROMIUM']
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const places = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...FIXED_PLACES]
  return places.find(isExecutable)
}

/**
 * Why the browser tests do not run here, or undefined when they do. They are skipped aloud and counted as skipped on a
 * machine without Chromium; where CI or CONSOLE_TESTS=require says that they must run, a missing browser fails them.
 */
export function browserSkipReason(env: Record<string, string | undefined> = process.env): string | undefined {
  if (env['CONSOLE_TESTS'] === 'skip') return 'CONSOLE_TESTS=skip'
  const isRequired = env['CONSOLE_TESTS'] === 'require' || (env['CI'] !== undefined && env['CI'] !== '')
  if (isRequired || findChromium(env) !== undefined) return undefined
  return `no Chromium found: ${HOW_TO}`
}

export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(`The console's tests need Chromium: ${HOW_TO}`)
  return await chromium.launch({ executablePath, args: ARGUMENTS })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
