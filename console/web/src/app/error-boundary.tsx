import { Component } from 'react'
import type { ReactNode } from 'react'
import { ErrorPanel } from '../components/error-panel.tsx'

interface State {
  error: Error | undefined
}

/** A view that fails says so in its place; the others stay usable. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return <ErrorPanel title="This view failed" error={error} />
  }
}
