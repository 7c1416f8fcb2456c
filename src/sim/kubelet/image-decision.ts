// Upstream: pkg/kubelet/images/image_manager.go (v1.36). Left out: image volumes.
import type { Container } from '../api/generated/types.ts'
import type { Millis } from '../kernel/agenda.ts'
import { parseImageReference } from '../runtime/image-reference.ts'
import { durationText } from './go-duration.ts'
import type { StartError } from './api-container-status.ts'

/** What to do about a container's image before it starts. */
export type ImageDecision =
  | { readonly kind: 'use' }
  | { readonly kind: 'pull' }
  | { readonly kind: 'refuse'; readonly error: StartError; readonly event: { readonly reason: string; readonly message: string } }

/** Whether an image is there, and whether the pod may have it without another pull; 'unknown': its credentials cannot be read. */
export type ImagePresence = 'absent' | 'inaccessible' | 'usable' | 'unknown'

/** Decides by name, policy and presence. */
export function decideImage(container: Pick<Container, 'image' | 'imagePullPolicy'>, presence: ImagePresence): ImageDecision {
  const reference = parseImageReference(container.image)
  if ('error' in reference) {
    const message = `Failed to apply default image tag "${container.image}": couldn't parse image name "${container.image}": ${reference.error}`
    return { kind: 'refuse', error: { reason: 'InvalidImageName', message }, event: { reason: 'InspectFailed', message } }
  }
  if (container.imagePullPolicy === 'Always') return { kind: 'pull' }
  if (presence === 'usable') return { kind: 'use' }
  if (container.imagePullPolicy === 'IfNotPresent' || presence === 'unknown') return { kind: 'pull' }
  const message = `Container image "${container.image}" is not present with pull policy of Never`
  return { kind: 'refuse', error: { reason: 'ErrImageNeverPull', message }, event: { reason: 'ErrImageNeverPull', message } }
}

export function presentText(image: string): string {
  return `Container image "${image}" already present on machine and can be accessed by the pod`
}

export function pulledText(image: string, took: Millis, withWaiting: Millis, sizeBytes: number): string {
  return `Successfully pulled image "${image}" in ${durationText(took)} (${durationText(withWaiting)} including waiting). Image size: ${sizeBytes} bytes.`
}

/** The waiting state after a failed pull. */
export function pullErrorOf(image: string, error: string): StartError {
  const unavailable = /^RegistryUnavailable: ?/.exec(error)
  if (unavailable) return { reason: 'RegistryUnavailable', message: `image pull failed for ${image} because the registry is unavailable: ${error.slice(unavailable[0].length)}` }
  return { reason: 'ErrImagePull', message: error }
}

/** The waiting state while a failed pull is not tried again yet. */
export function pullBackOffOf(image: string, previous: StartError | undefined): StartError {
  const why = previous ? `: ${previous.reason}: ${previous.message}` : ''
  return { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"${why}` }
}
