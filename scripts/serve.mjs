// A static file server for `dist`: nothing but Node. Kubarium needs no back end; any static host does the same.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json', '.woff2': 'font/woff2', '.ttf': 'font/ttf', '.png': 'image/png', '.md': 'text/markdown; charset=utf-8', '.webmanifest': 'application/manifest+json' }

/** Serves `folder` on the first free port from `port` on; resolves to the address. */
export function serve(folder, port, host = '127.0.0.1') {
  const server = createServer((request, response) => {
    const file = fileFor(folder, request.url ?? '/')
    if (!file) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found')
      return
    }
    const immutable = file.includes(`${sep}assets${sep}`)
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache' })
    createReadStream(file).pipe(response)
  })
  return new Promise((resolve, reject) => {
    let attempt = port
    server.on('error', (error) => {
      if (error.code !== 'EADDRINUSE' || attempt >= port + 100) return reject(error)
      attempt += 1
      server.listen(attempt, host)
    })
    server.on('listening', () => resolve({ url: `http://${host}:${attempt}/`, server }))
    server.listen(attempt, host)
  })
}

function fileFor(folder, url) {
  let path
  try {
    path = normalize(decodeURIComponent(url.split(/[?#]/)[0]))
  } catch {
    return null
  }
  const file = join(folder, path)
  if (!file.startsWith(folder)) return null
  if (existsSync(file) && statSync(file).isFile()) return file
  const index = join(file, 'index.html')
  return existsSync(index) ? index : null
}
