// Against a registry that lacks some platform builds, npm 11 leaves them out of package-lock.json, and `npm ci` then refuses the file
// everywhere. This adds the missing optional records: versions from the parents' exact optionalDependencies, os, cpu and libc from the name.
// Run it after each change of a dependency: npm install && npm run fix-lock
import { readFileSync, writeFileSync } from 'node:fs'

const operatingSystems = { android: 'android', darwin: 'darwin', freebsd: 'freebsd', linux: 'linux', linuxmusl: 'linux', win32: 'win32', windows: 'win32', openharmony: 'openharmony', openbsd: 'openbsd', netbsd: 'netbsd', sunos: 'sunos', aix: 'aix' }
const processors = ['arm64', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32', 'arm']

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
let added = 0
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const known = lock.packages[`${path}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`]
    if (known || !/^\d/.test(version)) continue
    lock.packages[`node_modules/${name}`] = { version, ...(parent.dev ? { dev: true } : {}), optional: true, ...platformOf(name.split('/').pop()) }
    added += 1
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} optional platform records added`)

function platformOf(name) {
  const os = Object.keys(operatingSystems).find((word) => new RegExp(`(^|-)${word}(-|$)`).test(name))
  const cpu = processors.find((word) => new RegExp(`(^|-)${word}(-|$)`).test(name))
  const libc = /musl/.test(name) ? 'musl' : /-gnu/.test(name) ? 'glibc' : null
  return { ...(os ? { os: [operatingSystems[os]] } : {}), ...(cpu ? { cpu: [cpu] } : {}), ...(libc ? { libc: [libc] } : {}) }
}
