import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from './Button.tsx'

/** The kubectl line that does what the page just offered, ready to be copied. */
export function CommandLine({ line, isPlain = false }: { readonly line: string; /** No command: no prompt before it. */ readonly isPlain?: boolean }) {
  const [copied, setCopied] = useState(false)
  const copy = () => {
    void navigator.clipboard.writeText(line).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 1500)
    })
  }
  return (
    <div className="command-line mono">
      {isPlain ? null : <span aria-hidden="true">$</span>}
      <code title={line}>{line}</code>
      <IconButton label={copied ? 'Copied' : 'Copy this line'} isSmall onClick={copy}>
        {copied ? <Check size={13} /> : <Copy size={13} />}
      </IconButton>
    </div>
  )
}
