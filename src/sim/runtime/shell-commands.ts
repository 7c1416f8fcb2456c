import type { ShellNode } from './shell-parser.ts'

/** What a script may ask of the cluster around it. */
export type Question = { readonly kind: 'resolve'; readonly name: string } | { readonly kind: 'connect'; readonly host: string; readonly port: number }

const shells = new Set(['sh', 'bash', 'ash', 'dash', '/bin/sh', '/bin/bash', '/bin/ash', '/bin/dash', '/usr/bin/bash', '/usr/bin/sh'])
/** Commands that go on serving. */
export const serverCommands = new Set(['nginx', 'httpd', 'httpd-foreground', 'apache2-foreground', 'redis-server', 'mysqld', 'postgres', 'mongod', 'python', 'python3', 'node', 'npm', 'java', 'gunicorn', 'caddy', 'nc'])
/** The small commands of a bare image. */
export const knownCommands = new Set([
  'sleep', 'echo', 'printf', 'true', ':', 'false', 'exit', 'break', 'continue', 'tail', 'cat', 'touch', 'rm', 'mkdir', 'test', '[', '[[', 'date', 'hostname', 'env', 'printenv', 'ls', 'wait', 'cd',
  'kill', 'killall', 'pkill', 'nslookup', 'wget', 'curl', 'ping', 'seq', 'export', 'set', 'exec', 'stress', 'yes', 'dd', 'cp', 'mv', 'ln', 'chmod', 'chown', 'id', 'whoami', 'uname', 'ps', 'grep', 'sed',
  'awk', 'head', 'wc', 'sort', 'find', 'sync', 'ulimit', 'read', 'expr', 'df', 'du', 'free', 'mount', 'timeout', 'getent', 'local', 'return', 'shift', 'eval', 'unset', 'top', 'tee', 'md5sum', 'perl', 'dig',
])

/** True when a bare image has this command. */
export function isKnownCommand(name: string): boolean {
  const base = name.slice(name.lastIndexOf('/') + 1)
  return shells.has(name) || knownCommands.has(base) || serverCommands.has(base)
}

/** The script of `sh -c SCRIPT` (also `-ec`, `-exc`), else null. */
export function scriptOf(argv: readonly string[]): string | null {
  if (!shells.has(argv[0] ?? '')) return null
  const flag = argv.findIndex((word, at) => at > 0 && word.includes('c') && /^-[a-z]+$/.test(word))
  // What a shell says and does when the script is missing.
  if (flag > 0) return argv[flag + 1] ?? `echo '${argv[0] ?? ''}: -c requires an argument'; exit 2`
  // A shell without a terminal reads nothing and ends; a script file is not followed.
  return argv.length === 1 || argv.slice(1).every((word) => word.startsWith('-')) ? '' : null
}

/** False when a loop is `while true` and nothing in it leaves it or depends on the world. */
export function canEnd(node: Extract<ShellNode, { kind: 'loop' }>): boolean {
  const { condition } = node
  const words = condition.kind === 'command' ? condition.words : []
  const always = node.until ? words[0] === 'false' : words[0] === 'true' || words[0] === ':' || words[0] === 'sleep' || (words[0] === '[' && words[1] === '1')
  return !always || leaves(node.body)
}

function leaves(node: ShellNode): boolean {
  switch (node.kind) {
    case 'command':
      return ['exit', 'break', 'return', 'exec'].includes(node.words[0] ?? '') || questionOf(node.words[0] ?? '', node.words) !== null
    case 'sequence':
      return node.items.some(leaves)
    case 'chain':
      return leaves(node.first) || node.rest.some((link) => leaves(link.node))
    case 'not':
      return leaves(node.inner)
    case 'if':
      return leaves(node.condition) || leaves(node.then) || (node.otherwise !== null && leaves(node.otherwise))
    case 'for':
      return leaves(node.body)
    case 'loop':
      return leaves(node.condition) || leaves(node.body)
    default:
      return false
  }
}

/** What a command asks of the network; null: nothing. */
export function questionOf(name: string, words: readonly string[]): Question | null {
  const plain = words.slice(1).filter((word) => !word.startsWith('-'))
  if (name === 'nslookup' || name === 'dig' || name === 'getent') {
    const target = name === 'getent' ? plain[1] : plain[0]
    return target === undefined ? null : { kind: 'resolve', name: target }
  }
  if (name === 'nc' && words.some((word) => /^-[a-z]*z/.test(word))) {
    const [host, port] = plain.slice(-2)
    return host !== undefined && /^\d+$/.test(port ?? '') ? { kind: 'connect', host, port: Number(port) } : null
  }
  if (name !== 'wget' && name !== 'curl') return null
  for (const word of plain) {
    const match = /^(?:(https?):\/\/)?([A-Za-z0-9.-]+\.?)(?::(\d+))?(?:[/?].*)?$/.exec(word)
    if (match && (match[1] !== undefined || match[2]!.includes('.') || match[3] !== undefined || word === plain.at(-1))) {
      return { kind: 'connect', host: match[2]!, port: Number(match[3] ?? (match[1] === 'https' ? 443 : 80)) }
    }
  }
  return null
}

/** Numbers on a server's command line that look like the port it is told to use. */
export function portsOf(words: readonly string[]): number[] {
  return words.map((word) => /^(?:.*[:=])?(\d{2,5})$/.exec(word)?.[1]).filter((port) => port !== undefined).map(Number)
}
