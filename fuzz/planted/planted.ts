/** A bug that can be written into the source while it is bundled: to see that the random runs would find it. */
export interface Planted {
  readonly id: string
  /** What is wrong then. */
  readonly what: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** Why no invariant can see it, where that is so: it is hunted all the same. */
  readonly unseen?: string
  /** Where the same is made sure of a second time: one alone would change nothing. */
  readonly also?: Pick<Planted, 'file' | 'find' | 'replace'>
}
