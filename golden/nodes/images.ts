import { pullPolicyOf } from '../../src/sim/api/defaults/pod-spec.ts'
import type { Container } from '../../src/sim/api/generated/types.ts'
import { Timeline } from '../../src/sim/kernel/agenda.ts'
import { BackOff } from '../../src/sim/kubelet/back-off.ts'
import { kubeletConstants } from '../../src/sim/kubelet/flags.ts'
import { durationText } from '../../src/sim/kubelet/go-duration.ts'
import { decideImage, presentText, pullBackOffOf, pulledText, pullErrorOf } from '../../src/sim/kubelet/image-decision.ts'
import { createImageCatalogue, createRegistry, digestOf, type Registry } from '../../src/sim/runtime/image-catalogue.ts'
import { canonicalImage, parseImageReference, type ImageReference } from '../../src/sim/runtime/image-reference.ts'
import { ImageStore } from '../../src/sim/runtime/image-store.ts'
import { createNodeDisk } from '../../src/sim/runtime/node-disk.ts'
import { popularImages } from '../../src/sim/runtime/popular-images.ts'
import type { GoldenCase, GoldenSet } from '../harness.ts'
import { imagesPlayed } from './images-played.ts'
import { partialDifference } from './partial.ts'

/** Whether the case is about a pull that is built. */
export function isBuiltPull(golden: GoldenCase): boolean {
  return answeredOrPlayed(golden) !== undefined
}

/** Pull policies, texts and times. */
export const images: GoldenSet = {
  name: 'nodes/images',
  run: (golden) => partialDifference(golden.out, answeredOrPlayed(golden)),
}

function answeredOrPlayed(golden: GoldenCase): unknown {
  return imagesPlayed(golden) ?? answered(golden.in, golden.out)
}

const normal = (reason: string, message: string) => ({ type: 'Normal', reason, message })
const warning = (reason: string, message: string) => ({ type: 'Warning', reason, message })

function answered(input: GoldenCase['in'], out: GoldenCase['out']): unknown {
  if (out.imagePullPolicy) return { imagePullPolicy: pullPolicyOf(input.image ?? input.created) }
  if (input.ms !== undefined) return { text: durationText(input.ms) }
  if (input.pulls) return { doneAtMs: pullTimes(input) }
  if (input.attempts ?? out.attempts) return { attempts: attempts(out.attempts.length) }
  if (out.messageContains) return failureText(input.image)
  if (out.pulled) return { pulled: canonicalImage(input.image).replace('docker.io/library/', ''), event: `Pulling image "${input.image}"` }
  if (out.containerStatus?.imageID === '') return undefined
  if (input.pullMs !== undefined) return { events: [normal('Pulling', `Pulling image "${input.image}"`), normal('Pulled', pulledText(input.image, input.pullMs, input.pullMs + (input.waitMs ?? 0), input.sizeBytes))] }
  if (input.previousError) {
    const waiting = pullBackOffOf(input.image, pullErrorOf(input.image, input.previousError))
    return { events: [normal('BackOff', `Back-off pulling image "${input.image}"`), warning('Failed', `Error: ${waiting.reason}`)], waiting }
  }
  if (input.error) {
    const waiting = pullErrorOf(input.image, input.error)
    return { events: [normal('Pulling', `Pulling image "${input.image}"`), warning('Failed', `Failed to pull image "${input.image}": ${input.error}`), warning('Failed', `Error: ${waiting.reason}`)], waiting }
  }
  if (out.containerStatus) return { containerStatus: { image: canonicalImage(input.image), imageID: out.containerStatus.imageID.replace(/^.*@/, `${repositoryOf(input.image)}@`) } }
  if (input.image === undefined && input.imagePullPolicy === undefined) return undefined
  if (input.pulledWith !== undefined || input.preloaded !== undefined) return undefined
  return decided(input)
}

function decided(input: GoldenCase['in']): unknown {
  const decision = decideImage({ image: input.image ?? 'x:1', imagePullPolicy: input.imagePullPolicy ?? 'IfNotPresent' } as Container, input.present === true ? 'usable' : 'absent')
  if (decision.kind === 'pull') return { action: 'pull' }
  if (decision.kind === 'use') return { action: 'use', events: [normal('Pulled', presentText(input.image ?? 'x:1'))] }
  return { action: decision.error.reason, events: [warning(decision.event.reason, decision.event.message), warning('Failed', `Error: ${decision.error.reason}`)], waiting: decision.error, retry: 'with every sync; starts once the image is there' }
}

function repositoryOf(image: string): string {
  return (parseImageReference(image) as ImageReference).repository
}

function failureText(image: string): unknown {
  const answer = createRegistry(createImageCatalogue(popularImages)).resolve(parseImageReference(image) as ImageReference)
  return { message: answer.found ? '' : answer.error }
}

function pullTimes(input: GoldenCase['in']): unknown {
  const timeline = new Timeline()
  const sizes = new Map<string, number>(input.pulls.map((pull: { image: string; ms: number }) => [canonicalImage(pull.image), pull.ms]))
  const registry: Registry = { latency: 0, bytesPerSecond: 1000, resolve: ({ canonical }) => ({ found: true, sizeBytes: sizes.get(canonical) ?? 0, digest: digestOf(canonical) }) }
  const store = new ImageStore(timeline, createNodeDisk(), registry, input.serializeImagePulls === false ? input.maxParallelImagePulls : 1)
  const done: Record<string, number> = {}
  for (const { image } of input.pulls) store.pull(parseImageReference(image) as ImageReference, () => (done[image] = timeline.now))
  timeline.advanceTo(60_000)
  return done
}

function attempts(count: number): unknown {
  const backOff = new BackOff(kubeletConstants.imageBackOffInitial, kubeletConstants.imageBackOffMax)
  let failedAtMs = 0
  return Array.from({ length: count }, (_, at) => {
    backOff.next('key', failedAtMs, failedAtMs)
    const notBeforeMs = backOff.untilSinceUpdate('key', failedAtMs) ?? failedAtMs
    const row = { attempt: at + 1, failedAtMs, backOffMs: notBeforeMs - failedAtMs, notBeforeMs }
    failedAtMs = notBeforeMs
    return row
  })
}
