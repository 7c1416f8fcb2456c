// Upstream: pkg/kubelet/images/pullmanager (v1.36; the gate KubeletEnsureSecretPulledImages is on). Left out: intents that outlive their kubelet, credentials of service accounts.
import { parseImageReference } from '../runtime/image-reference.ts'
import type { ImageStore } from '../runtime/image-store.ts'
import type { NodeDisk, PullRecord, PullSecret, RepositoryAccess } from '../runtime/node-disk.ts'
import type { KubeletFlags } from './flags.ts'
import type { PodCredentials } from './registry-credentials.ts'

/** Whether pods without the credentials of an image's pull may use it: never asked, not for what was there before the kubelet, not for some, always asked. */
export const credentialPolicies = ['NeverVerify', 'NeverVerifyPreloadedImages', 'NeverVerifyAllowlistedImages', 'AlwaysVerify'] as const

/** writeRecordWhileMatchingLimit: with so many secrets known, others that say the same are not noted any more. */
const mostNotedSecrets = 100

type CredentialFlags = Pick<KubeletFlags, 'imagePullCredentialsVerificationPolicy' | 'preloadedImagesVerificationAllowlist'>

/** Who pulled which image with what: so that an image which took credentials is no gift to pods that have none. */
export class PullRecords {
  constructor(
    private readonly disk: NodeDisk,
    private readonly images: ImageStore,
    private readonly flags: CredentialFlags,
  ) {}

  /** An image was pulled: with these credentials, or without any. */
  pulled(image: string, digest: string, credentials: PullSecret | undefined): void {
    const repository = repositoryOf(image)
    const record = this.disk.pullRecords.get(digest) ?? new Map<string, RepositoryAccess>()
    this.disk.pullRecords.set(digest, withAccess(record, repository, credentials))
  }

  /** Whether an image that is there must be pulled all the same, to see that the pod may have it; 'unknown' when it takes credentials to tell and they cannot be read. */
  mustPull(image: string, digest: string, credentials: PodCredentials): boolean | 'unknown' {
    const record = this.disk.pullRecords.get(digest)
    if (!this.asksFor(image, record !== undefined || this.images.progressOf(image) !== undefined)) return false
    const access = record?.get(repositoryOf(image))
    if (access === undefined) return true
    if (access === 'everybody') return false
    if (!credentials.ok) return 'unknown'
    for (const own of credentials.matching) {
      for (const known of access) {
        const saysTheSame = own.credentialHash === known.credentialHash
        const isTheSame = own.uid === known.uid && own.namespace === known.namespace && own.name === known.name
        if (!saysTheSame && !isTheSame) continue
        if (access.length < mostNotedSecrets) this.pulled(image, digest, own)
        else if (!saysTheSame) continue
        return false
      }
    }
    return true
  }

  private asksFor(image: string, wasPulledByKubelet: boolean): boolean {
    switch (this.flags.imagePullCredentialsVerificationPolicy) {
      case 'NeverVerify':
        return false
      case 'NeverVerifyPreloadedImages':
        return wasPulledByKubelet
      case 'NeverVerifyAllowlistedImages':
        return !this.isAllowed(image)
      default:
        return true
    }
  }

  /** `registry.example/team/app`, or all below `registry.example/team/*`. */
  private isAllowed(image: string): boolean {
    const repository = repositoryOf(image)
    return this.flags.preloadedImagesVerificationAllowlist.split(',').some((entry) => (entry.endsWith('/*') ? repository.startsWith(entry.slice(0, -1)) : repository === entry))
  }
}

function withAccess(record: PullRecord, repository: string, credentials: PullSecret | undefined): PullRecord {
  const before = record.get(repository)
  if (before === 'everybody') return record
  if (!credentials) return new Map([...record, [repository, 'everybody']])
  const others = (before ?? []).filter(({ uid, namespace, name }) => uid !== credentials.uid || namespace !== credentials.namespace || name !== credentials.name)
  return new Map([...record, [repository, [...others, credentials]]])
}

/** The name without tag and digest. */
function repositoryOf(image: string): string {
  const reference = parseImageReference(image)
  return 'error' in reference ? image : reference.repository
}
