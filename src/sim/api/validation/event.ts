// Upstream: pkg/apis/core/validation/events.go (v1.36). Left out: the stricter rules of events.k8s.io.
import type { FieldError } from '../field-errors.ts'
import { invalid, required } from '../field-errors.ts'
import type { Event } from '../generated/types.ts'
import { byteLength } from '../go-text.ts'
import { validateObjectMeta } from '../metadata.ts'
import { nameIsPathSegment } from '../names.ts'
import { checkQualified, checkSubdomain } from './checks.ts'

/** Its name may be anything that can stand in a path. */
export function validateEvent(event: Event): FieldError[] {
  const faults = validateEventItself(event)
  return faults.length > 0 ? faults : validateObjectMeta(event.metadata, true, nameIsPathSegment)
}

export function validateEventUpdate(next: Event, _old: Event): FieldError[] {
  return validateEventItself(next)
}

function validateEventItself(event: Event): FieldError[] {
  const { namespace = '' } = event.metadata
  return [...(event.eventTime ? validateNewEvent(event) : validateOldEvent(event)), ...checkSubdomain('namespace', namespace)]
}

function elsewhere(event: Event): FieldError {
  return invalid('involvedObject.namespace', event.involvedObject.namespace ?? '', 'does not match event.namespace')
}

function validateOldEvent(event: Event): FieldError[] {
  const { namespace = '' } = event.metadata
  const { namespace: involved = '' } = event.involvedObject
  const fits = involved ? involved === namespace : namespace === '' || namespace === 'default'
  return fits ? [] : [elsewhere(event)]
}

function validateNewEvent(event: Event): FieldError[] {
  const { namespace = '' } = event.metadata
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event
  const faults: FieldError[] = []
  if (!event.involvedObject.namespace && namespace !== 'default' && namespace !== 'kube-system') faults.push(elsewhere(event))
  if (!reportingComponent) faults.push(required('reportingController', ''))
  faults.push(...checkQualified('reportingController', reportingComponent))
  faults.push(...checkText('reportingInstance', reportingInstance, 128), ...checkText('action', action, 128), ...checkText('reason', reason, 128))
  if (byteLength(message) > 1024) faults.push(invalid('message', '', 'can have at most 1024 characters'))
  return faults
}

function checkText(path: string, text: string, max: number): FieldError[] {
  if (!text) return [required(path, '')]
  return byteLength(text) > max ? [invalid(path, '', `can have at most ${max} characters`)] : []
}
