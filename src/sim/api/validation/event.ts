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
  const faults: FieldError[] = []
  if (event.eventTime) judgeNew(event, faults)
  else judgeOld(event, faults)
  for (const fault of checkSubdomain('namespace', event.metadata.namespace ?? '')) faults.push(fault)
  return faults
}

function elsewhere(event: Event): FieldError {
  return invalid('involvedObject.namespace', event.involvedObject.namespace ?? '', 'does not match event.namespace')
}

function judgeOld(event: Event, faults: FieldError[]): void {
  const { namespace = '' } = event.metadata
  const { namespace: involved = '' } = event.involvedObject
  const fits = involved ? involved === namespace : namespace === '' || namespace === 'default'
  if (!fits) faults.push(elsewhere(event))
}

function judgeNew(event: Event, faults: FieldError[]): void {
  const { namespace = '' } = event.metadata
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event
  if (!event.involvedObject.namespace && namespace !== 'default' && namespace !== 'kube-system') faults.push(elsewhere(event))
  if (!reportingComponent) faults.push(required('reportingController', ''))
  for (const fault of checkQualified('reportingController', reportingComponent)) faults.push(fault)
  judgeText('reportingInstance', reportingInstance, faults)
  judgeText('action', action, faults)
  judgeText('reason', reason, faults)
  if (isLonger(message, 1024)) faults.push(invalid('message', '', 'can have at most 1024 characters'))
}

const mostBytes = 128

function judgeText(path: string, text: string, faults: FieldError[]): void {
  if (!text) faults.push(required(path, ''))
  else if (isLonger(text, mostBytes)) faults.push(invalid(path, text, `can have at most ${mostBytes} characters`))
}

/** In UTF-8 a unit of a text takes three bytes at most. */
function isLonger(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && byteLength(text) > bytes
}
