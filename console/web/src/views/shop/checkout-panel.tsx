import { useState } from 'react'
import type { ApiError } from '../../api/api-error.ts'
import { getFault, injectFault, liftFault, postCheckout } from '../../api/shop-client.ts'
import { toApiError, useRequest } from '../../app/use-request.ts'
import { useInterval } from '../../app/use-interval.ts'
import { ErrorPanel } from '../../components/error-panel.tsx'
import { RecentCheckouts } from './recent-checkouts.tsx'
import { useRecentCheckouts } from './use-recent-checkouts.ts'

/** Long enough to look around; the fault then lifts itself. */
const faultTtlSeconds = 120
/** What a person would do: try once more, a moment later. */
const checkoutsDuringFault = 3

interface CheckoutPanelProps {
  params: URLSearchParams
  onChange: () => void
}

export function CheckoutPanel({ params, onChange }: CheckoutPanelProps) {
  const [recent, remember] = useRecentCheckouts()
  const [busy, setBusy] = useState<string>()
  const [failure, setFailure] = useState<ApiError>()
  const [asked, setAsked] = useState(0)
  useInterval(3_000, () => setAsked((count) => count + 1))
  const fault = useRequest(`fault ${asked}`, (signal) => getFault('inventory', 'db-timeout', signal))
  const isOn = fault.value?.active === true

  const during = (what: string, work: () => Promise<void>): void => {
    setBusy(what)
    setFailure(undefined)
    work()
      .catch((error: unknown) => setFailure(toApiError(error)))
      .finally(() => {
        setBusy(undefined)
        setAsked((count) => count + 1)
        onChange()
      })
  }
  const checkout = async (): Promise<void> => remember(await postCheckout({ sku: 'mug', quantity: 1 }))
  const toggleFault = (): void =>
    during(isOn ? 'lifting' : 'injecting', async () => {
      if (isOn) await liftFault('inventory', 'db-timeout')
      else await injectFault('inventory', 'db-timeout', faultTtlSeconds)
      for (let count = 0; count < (isOn ? 1 : checkoutsDuringFault); count++) await checkout()
    })

  return (
    <section className="panel checkout-panel" aria-label="Try it">
      <div className="panel-head">
        <h2>Try it</h2>
        {isOn && <FaultCountdown expiresAtMs={fault.value?.expiresAtMs} />}
      </div>
      <div className="panel-body checkout-body">
        <div className="toolbar">
          <button
            type="button"
            className="button button-primary"
            disabled={busy !== undefined}
            onClick={() => during('checkout', checkout)}
          >
            Check out one mug
          </button>
          <button
            type="button"
            className="button button-danger"
            aria-pressed={isOn}
            disabled={busy !== undefined || fault.value === undefined}
            onClick={toggleFault}
          >
            {isOn ? 'Database timeout off' : 'Database timeout on'}
          </button>
        </div>
        <p className="faint checkout-hint" role="status">
          {hint(busy, isOn)}
        </p>
        {failure !== undefined && <ErrorPanel title="That did not work" error={failure} />}
        {fault.error !== undefined && <ErrorPanel title="The fault switch does not answer" error={fault.error} />}
        <RecentCheckouts checkouts={recent} params={params} />
      </div>
    </section>
  )
}

function hint(busy: string | undefined, isOn: boolean): string {
  if (busy === 'checkout') return 'Checking out…'
  if (busy === 'injecting')
    return 'A forgotten transaction locks the stock; the pool of inventory runs dry, then checkouts are sent…'
  if (busy === 'lifting') return 'Lifting the lock, then one checkout…'
  return isOn
    ? 'The pool of inventory is exhausted: checkouts wait for a connection and fail with 503.'
    : 'Goes gateway → checkout → inventory → payment → Postgres, and leaves logs, a trace and metrics.'
}

function FaultCountdown({ expiresAtMs }: { expiresAtMs: number | undefined }) {
  const [nowMs, setNowMs] = useState(Date.now)
  useInterval(1_000, () => setNowMs(Date.now()))
  const left = expiresAtMs === undefined ? undefined : Math.max(0, Math.round((expiresAtMs - nowMs) / 1000))
  return (
    <span className="badge badge-error">database timeout on{left !== undefined && `, lifts itself in ${left} s`}</span>
  )
}
