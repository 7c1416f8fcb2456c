import type { ComponentType } from 'react'

/** Where the rooms that are built beside this one are put: the editor's panel, the dialogs, and what starts the page. */
export interface Mounts {
  /** The dock's YAML tab. */
  readonly yamlPanel: ComponentType | null
  readonly galleryDialog: ComponentType<{ readonly onClose: () => void }> | null
  readonly shareDialog: ComponentType<{ readonly onClose: () => void }> | null
  /** Boots what the address, the storage, or else the first scenario asks for. */
  start(): void
  /** Boots the shop. */
  startShop(): void
}
