import { Boxes, Cpu, FileText, Gauge, Server, Waypoints } from 'lucide-react'
import { Badge } from '../design/Badge.tsx'
import { Glyph, toneOf } from '../design/Glyph.tsx'
import { isLost, nodeStatus } from '../stores/node-status.ts'
import { podStatus } from '../stores/pod-status.ts'
import { useCluster } from '../stores/simulation-store.ts'
import type { Thing } from '../stores/things.ts'

/** The picture before a name, and its state in a word. */
export function StatusMark({ thing }: { readonly thing: Thing }) {
  const pod = useCluster((view) => (thing.resource === 'pods' ? view.objects.pods.get(thing.key) : undefined))
  const lost = useCluster((view) => isLost(view.objects.nodes.get(pod?.spec.nodeName ?? '')))
  const countdowns = useCluster((view) => view.countdowns.get(`pods/${thing.key}`))
  const node = useCluster((view) => (thing.resource === 'nodes' ? view.objects.nodes.get(thing.key) : undefined))
  const start = useCluster((view) => view.start)
  const component = useCluster((view) => (thing.resource === 'components' ? view.components.find(({ name }) => name === thing.key) : undefined))
  if (pod) {
    const { state, word } = podStatus(pod, lost, countdowns)
    return <Mark tone={toneOf[state]} word={word}><Glyph state={state} size={18} /></Mark>
  }
  if (node) {
    const isReady = nodeStatus(node, undefined, [], start).state === 'ready'
    return <Mark tone={isReady ? 'ready' : 'bad'} word={isReady ? 'Ready' : 'NotReady'}><Server size={17} /></Mark>
  }
  if (component) return <Mark tone={component.state === 'running' ? 'ready' : component.state === 'stopped' ? 'bad' : 'starting'} word={componentWords[component.state]}><Cpu size={17} /></Mark>
  if (thing.resource === 'services' || thing.resource === 'endpoints' || thing.resource === 'endpointslices') return <Mark tone="calm"><Waypoints size={17} /></Mark>
  if (thing.resource === 'resourcequotas') return <Mark tone="calm"><Gauge size={17} /></Mark>
  return <Mark tone="calm">{thing.resource === 'leases' || thing.resource === 'configmaps' || thing.resource === 'secrets' ? <FileText size={17} /> : <Boxes size={17} />}</Mark>
}

const componentWords = { running: 'Running', stopped: 'Stopped', waiting: 'Starting' } as const

function Mark({ tone, word, children }: { readonly tone: Parameters<typeof Badge>[0]['tone']; readonly word?: string; readonly children: React.ReactNode }) {
  return (
    <>
      <div className="mark" data-tone={tone}>{children}</div>
      {word ? <span className="who-badge"><Badge tone={tone}>{word}</Badge></span> : null}
    </>
  )
}
