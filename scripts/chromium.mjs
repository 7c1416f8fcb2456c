// Finds a Chromium for the browser tests: $CHROMIUM, a system one, Playwright's own, then Debian's package when root.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './workspace.mjs'

/** The path of a Chromium, installing one when there is none; null when none can be had. */
export async function findChromium() {
  if (process.env.CHROMIUM) return existsSync(process.env.CHROMIUM) ? process.env.CHROMIUM : null
  return systemChromium() ?? (await playwrightChromium()) ?? debianChromium()
}

function systemChromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  const folders = [...(process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':'), '/usr/bin', '/snap/bin']
  const fixed = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe']
  return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...fixed].find((path) => existsSync(path)) ?? null
}

async function playwrightChromium() {
  const { chromium } = await import('@playwright/test')
  if (existsSync(chromium.executablePath())) return chromium.executablePath()
  console.log('Installing a Chromium for the browser tests (once) …')
  spawnSync(process.execPath, [join(root, 'node_modules/@playwright/test/cli.js'), 'install', 'chromium'], { cwd: root, stdio: 'ignore', timeout: 300_000 })
  return existsSync(chromium.executablePath()) ? chromium.executablePath() : null
}

function debianChromium() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return null
  console.log("Installing Debian's Chromium (once) …")
  spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore' })
  spawnSync('apt-get', ['install', '-y', '-q', 'chromium'], { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  return systemChromium()
}
