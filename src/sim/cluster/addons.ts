import type { Timeline } from '../kernel/agenda.ts'
import { allSteps } from '../client/steps.ts'
import { addons } from './manifests.ts'
import type { UserCommands } from './user-commands.ts'

/** Installs kube-proxy and CoreDNS as soon as the API answers, as `kubeadm init` does. */
export function startAddons(timeline: Timeline, kubeadm: UserCommands): void {
  const install = (): void => {
    if (!allSteps(kubeadm.apply(addons())).ok) timeline.after(500, 'kubeadm: wait for the API', install)
  }
  timeline.after(1000, 'kubeadm: install kube-proxy and CoreDNS', install)
}
