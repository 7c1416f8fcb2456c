import { useEffect, useRef, useState } from 'react'
import { Button } from '../design/Button.tsx'
import { Dialog } from '../design/Dialog.tsx'
import { faultChoices, firstSettings, type FaultSettings, type FaultTarget } from '../stores/fault-choices.ts'
import { spanText } from '../stores/format.ts'
import { isControlPlane } from '../stores/node-status.ts'
import { currentView, perform } from '../stores/simulation-store.ts'
import { useUi } from '../stores/ui-store.ts'
import './fault-dialog.css'

interface FaultDialogProps {
  readonly target: FaultTarget
  /** Which fault is meant, where that is known already. */
  readonly first?: string
  readonly onClose: () => void
}

/** What is to go wrong, how badly, and for how long. */
export function FaultDialog({ target, first, onClose }: FaultDialogProps) {
  const choices = faultChoices(target)
  const [chosen, setChosen] = useState(first ?? choices[0]?.id)
  const [settings, setSettings] = useState(firstSettings)
  const [wished, setLength] = useState<number | null>(null)
  const choice = choices.find(({ id }) => id === chosen) ?? choices[0]
  const element = useRef<HTMLFieldSetElement>(null)
  // After the dialog has opened, which puts the focus on its first field.
  useEffect(() => element.current?.querySelector<HTMLInputElement>(':checked')?.focus(), [])
  if (!choice) return null
  const length = wished ?? (choice.id === 'reboot' ? lengths[0] : lengths[1])
  const begin = () => {
    const fault = choice.fault(settings)
    if (fault.kind === 'power-off') useUi.getState().set({ hintSeen: true })
    void perform({ kind: 'fault', fault, ...(choice.isInstant || length === 0 ? {} : { for: length }) })
    onClose()
  }
  return (
    <Dialog label={`Break ${titleOf(target)}`} className="fault-dialog" onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); begin() }}>
        <h2>What goes wrong with {titleOf(target)}?</h2>
        <fieldset ref={element} className="fault-choices">
          <legend className="visually-hidden">What goes wrong</legend>
          {choices.map(({ id, title, term, does }) => (
            <label key={id} data-chosen={id === choice.id || undefined}>
              <input type="radio" name="fault" value={id} checked={id === choice.id} onChange={() => setChosen(id)} />
              <b>{title}</b>
              <em>{term}</em>
              <small>{does}</small>
            </label>
          ))}
        </fieldset>
        <div className="fault-settings">
          {choice.settings.map((name) => <Setting key={name} name={name} settings={settings} onChange={(change) => setSettings({ ...settings, ...change })} />)}
          {choice.isInstant ? <p className="text-text-2">Over as soon as it has happened.</p> : (
            <Select label="For how long" value={length} onChange={(value) => setLength(Number(value))} options={[...lengths.map((span) => [span, spanText(span)] as const), [0, 'until I end it']]} />
          )}
        </div>
        <div className="flex gap-2 mt-4">
          <Button look="primary" type="submit">{choice.title}</Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}

/** How long a fault may last, in virtual milliseconds. */
const lengths = [30_000, 120_000, 300_000, 600_000] as const

function titleOf(target: FaultTarget): string {
  if (target.on === 'node') return target.node
  if (target.on === 'component') return target.component
  return target.image === undefined ? 'the image registry' : `the registry of ${target.image}`
}

interface SettingProps {
  readonly name: keyof FaultSettings
  readonly settings: FaultSettings
  onChange(change: Partial<FaultSettings>): void
}

function Setting({ name, settings, onChange }: SettingProps) {
  switch (name) {
    case 'direction':
      return <Select label="Which way" value={settings.direction} onChange={(value) => onChange({ direction: value as FaultSettings['direction'] })} options={[['both', 'both ways'], ['in', 'it hears nothing'], ['out', 'it is not heard']]} />
    case 'delay':
      return <Select label="By" value={settings.delay} onChange={(value) => onChange({ delay: Number(value) })} options={[[500, '0.5 s'], [2000, '2 s'], [10_000, '10 s'], [30_000, '30 s']]} />
    case 'skew':
      return <Select label="By" value={settings.skew} onChange={(value) => onChange({ skew: Number(value) })} options={[[300_000, '5 min ahead'], [30_000, '30 s ahead'], [-30_000, '30 s behind'], [-300_000, '5 min behind']]} />
    case 'oneIn':
      return <Select label="How often" value={settings.oneIn} onChange={(value) => onChange({ oneIn: Number(value) })} options={[[1, 'every one'], [2, 'one in 2'], [10, 'one in 10']]} />
    case 'times':
      return <Select label="How much" value={settings.times} onChange={(value) => onChange({ times: Number(value) })} options={[[3, '3 times'], [10, '10 times'], [100, '100 times']]} />
    case 'relist':
      return <Select label="When it ends" value={String(settings.relist)} onChange={(value) => onChange({ relist: value === 'true' })} options={[['false', 'it hears what it missed'], ['true', 'it is told 410 and lists anew']]} />
    case 'callers':
      return <Select label="Whose calls" value={settings.callers} onChange={(callers) => onChange({ callers })} options={callerOptions()} />
  }
}

const machinesAtMost = 20

function callerOptions(): readonly (readonly [string, string])[] {
  const workers = [...currentView().objects.nodes.values()].filter((node) => !isControlPlane(node)).slice(0, machinesAtMost)
  return [['', 'everybody’s'], ['kube-controller-manager', 'kube-controller-manager'], ['kube-scheduler', 'kube-scheduler'], ['kubelet', 'all kubelets'], ['kube-proxy', 'all kube-proxies'], ...workers.map(({ metadata }) => [metadata.name, metadata.name] as const)]
}

interface SelectProps {
  readonly label: string
  readonly value: string | number
  readonly options: readonly (readonly [string | number, string])[]
  onChange(value: string): void
}

function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <label>
      {label}
      <select className="field" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([id, title]) => <option key={id} value={id}>{title}</option>)}
      </select>
    </label>
  )
}
