import type { ComponentType } from 'react'

/** Where the rooms that are built beside this one are put: the editor's panel, the dialogs. */
export interface Mounts {
  /** The dock's YAML tab. */
  readonly yamlPanel: ComponentType | null
  readonly galleryDialog: ComponentType<{ readonly onClose: () => void }> | null
  readonly shareDialog: ComponentType<{ readonly onClose: () => void }> | null
  /** Boots the shop. */
  startShop(): void
}
