import { useState } from 'react'
import { queryInstant, queryRange } from '../../api/prometheus-client.ts'
import { useHealth } from '../../app/health.tsx'
import { useInterval } from '../../app/use-interval.ts'
import { useRequest } from '../../app/use-request.ts'
import { useServiceLabel } from '../../app/use-service-label.ts'
import { usePageLocation } from '../../app/page-location.ts'
import { databaseP95Query, edgeErrorQuery, edgeRateQuery, poolQueries, redQueries } from '../../domain/shop-queries.ts'
import { CheckoutPanel } from './checkout-panel.tsx'
import { HealthGrid } from './health-grid.tsx'
import { LatestProblems } from './latest-problems.tsx'
import { ShopTopology } from './shop-topology.tsx'
import { VitalSigns } from './vital-signs.tsx'
import './shop-view.css'

const refreshMs = 5_000
const historyMs = 15 * 60_000
const stepMs = 15_000

export function ShopView() {
  const { params } = usePageLocation()
  const tenant = params.get('tenant') ?? undefined
  const serviceLabel = useServiceLabel(tenant)
  const [nowMs, setNowMs] = useState(Date.now)
  const refresh = (): void => setNowMs(Date.now())
  useInterval(refreshMs, refresh)

  const health = useHealth()
  const red = redQueries(serviceLabel)
  const pool = poolQueries(serviceLabel)
  const key = `${nowMs} ${serviceLabel} ${tenant}`
  const now = useRequest(`now ${key}`, async (signal) => {
    const ask = (query: string) => queryInstant(query, nowMs, { tenant, signal })
    const [rate, errors, p95, databaseP95, edgeRate, edgeErrors] = await Promise.all([
      ask(red.rate),
      ask(red.errors),
      ask(red.p95),
      ask(databaseP95Query),
      ask(edgeRateQuery),
      ask(edgeErrorQuery),
    ])
    return { rate, errors, p95, databaseP95, edgeRate, edgeErrors }
  })
  const history = useRequest(`history ${key}`, async (signal) => {
    const ask = async (query: string) =>
      (await queryRange({ query: `sum(${query})`, fromMs: nowMs - historyMs, toMs: nowMs, stepMs }, { tenant, signal }))
        .series[0]
    const [rate, errors, used, waiting, max] = await Promise.all([
      ask(red.rate),
      ask(red.errors),
      ask(pool.used),
      ask(pool.waiting),
      ask(pool.max),
    ])
    return { rate, errors, used, waiting, max, fromMs: nowMs - historyMs, toMs: nowMs }
  })

  return (
    <div className="view shop-view">
      <h1 className="visually-hidden">Shop</h1>
      <section className="panel shop-map" aria-label="The shop">
        <div className="panel-head">
          <h2>The shop</h2>
          <span className="faint">rate, errors and p95 of the last minute</span>
        </div>
        <ShopTopology health={health.value} numbers={now.value} serviceLabel={serviceLabel} params={params} />
        {now.error !== undefined && <p className="shop-note">No numbers: {now.error.message}</p>}
      </section>
      <CheckoutPanel params={params} onChange={refresh} />
      <VitalSigns history={history.value} serviceLabel={serviceLabel} params={params} />
      <HealthGrid components={health.value} error={health.error} />
      <LatestProblems nowMs={nowMs} params={params} />
    </div>
  )
}
