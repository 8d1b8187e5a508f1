import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'

const consoleDir = path.dirname(import.meta.dirname)
const webDir = path.join(consoleDir, 'web')

export const distDir = path.join(webDir, 'dist')

/** The page is not in git: it is built when it is missing or older than what it is made of. */
export async function isPageStale(): Promise<boolean> {
  const page = path.join(distDir, 'index.html')
  if (!existsSync(page)) return true
  const builtAt = (await stat(page)).mtimeMs
  const sources = await readdir(path.join(webDir, 'src'), { recursive: true, withFileTypes: true })
  const files = [
    path.join(webDir, 'index.html'),
    path.join(consoleDir, 'vite.config.ts'),
    path.join(consoleDir, 'package.json'),
    ...sources.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name)),
  ]
  const times = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs))
  return times.some((time) => time > builtAt)
}

/** A child process, because the bundler's memory (about 200 MB) should not stay with a server that runs for days. */
export function buildPage(): Promise<void> {
  const manifest = createRequire(import.meta.url).resolve('vite/package.json')
  const vite = path.join(path.dirname(manifest), 'bin', 'vite.js')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
      cwd: consoleDir,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4_000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`vite build ended with ${code}: ${output.trim()}`))
    })
  })
}
