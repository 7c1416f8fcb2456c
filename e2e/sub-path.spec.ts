import { createServer, type Server } from 'node:http'
import { expect, test } from './kubarium.ts'

/** The built page behind a path, as project pages are. */
async function under(path: string): Promise<{ readonly url: string; close(): void }> {
  const { serve } = (await import(new URL('../scripts/serve.mjs', import.meta.url).href)) as { serve(folder: string, port: number): Promise<{ readonly server: Server; readonly url: string }> }
  const { server, url } = await serve(process.env['DIST'] ?? 'dist', 4500)
  const front = createServer((request, response) => {
    if (!request.url?.startsWith(path)) return void response.writeHead(404).end('not found')
    void fetch(url + request.url.slice(path.length)).then(async (answer) => response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(Buffer.from(await answer.arrayBuffer())))
  })
  await new Promise<void>((resolve) => void front.listen(0, '127.0.0.1', resolve))
  const address = front.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}${path}`, close: () => [front, server].forEach((one) => one.close()) }
}

test('the page works below a path: shop, Worker, editor', async ({ page }) => {
  const { url, close } = await under('/some/path/')
  await page.goto(url)
  await expect(page.locator('.pod[data-state=ready]').first()).toBeVisible()
  await page.getByRole('tab', { name: 'YAML' }).click()
  await expect(page.locator('.monaco-editor .view-line').first()).toBeVisible({ timeout: 30_000 })
  await page.waitForLoadState('networkidle')
  await page.goto('about:blank')
  close()
})
