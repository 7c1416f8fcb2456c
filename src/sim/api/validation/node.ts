// Upstream: pkg/apis/core/validation ValidateNode (v1.36).
import type { FieldError } from '../field-errors.ts'
import type { Node } from '../generated/types.ts'
import { nameIsDnsSubdomain } from '../names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts'

export function validateNode(node: Node): FieldError[] {
  return validateObjectMeta(node.metadata, false, nameIsDnsSubdomain)
}
export function validateNodeUpdate(next: Node, old: Node): FieldError[] {
  return validateObjectMetaUpdate(next.metadata, old.metadata)
}
