// PLACEHOLDER, uncommitted: helper "machinery" replaces this file with the real three-way apply.
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'
export function planApply(_lastApplied: string | undefined, manifest: object, _live: object, _kind: object): { ok: true; patch: Record<string, unknown> } | { ok: false; error: string } {
  return { ok: true, patch: manifest as Record<string, unknown> }
}
