import { expect, test } from 'vitest'
import type { Container } from '../api/generated/types.ts'
import { createTestNode } from './testing.ts'

/** What the API tells of a container's end, once its script has ended. */
function messageAfter(script: string, over: Partial<Container> = {}, others = 0): string | undefined {
  const node = createTestNode()
  const containers = [{ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', script], ...over }, ...Array.from({ length: others }, (_, at) => ({ name: `other-${at}`, image: 'busybox:1.36', command: ['sleep', '1000'] }))]
  node.cluster.advanceTo(2_000)
  node.run('web', { restartPolicy: 'Never', containers: containers as Container[] })
  node.cluster.advanceTo(30_000)
  return node.pod('web')?.status.containerStatuses?.find(({ name }) => name === 'app')?.state?.terminated?.message
}

const fallback: Partial<Container> = { terminationMessagePolicy: 'FallbackToLogsOnError' }

test('what a container wrote into its termination log is told of its end', () => {
  expect(messageAfter('echo all done > /dev/termination-log')).toBe('all done')
  expect(messageAfter('echo all done > /tmp/mine', { terminationMessagePath: '/tmp/mine' })).toBe('all done')
  expect(messageAfter('echo all done > /dev/termination-log; exit 3')).toBe('all done')
  expect(messageAfter('echo all done')).toBeUndefined()
})

test('the log stands in for it only where the container asks for that, failed, and wrote nothing', () => {
  expect(messageAfter('echo oh no; exit 1', fallback)).toBe('oh no\n')
  expect(messageAfter('echo oh no; exit 1')).toBeUndefined()
  expect(messageAfter('echo fine', fallback)).toBeUndefined()
  expect(messageAfter('echo oh no; echo written > /dev/termination-log; exit 1', fallback)).toBe('written')
})

test('of a log the last 80 lines and 2048 bytes are told', () => {
  expect(messageAfter('for i in $(seq 1 100); do echo $i; done; exit 1', fallback)?.split('\n').slice(0, 1)).toEqual(['21'])
  expect(messageAfter(`echo ${'x'.repeat(5000)}; exit 1`, fallback)).toHaveLength(2048)
})

test('of a file the last 4096 bytes are told, and all containers of a pod share 12 KiB', () => {
  const long = `echo ${'x'.repeat(5000)} > /dev/termination-log`
  expect(messageAfter(long)).toHaveLength(4096)
  expect(messageAfter(long, {}, 3)).toHaveLength(3072)
})
