// One poll of the components' health for all of the page: two would disagree whenever a component changes between them.
import { createContext, useContext, useState } from 'react'
import type { ReactNode } from 'react'
import { getHealth } from '../api/shop-client.ts'
import type { ComponentHealth } from '../api/shop-client.ts'
import { useInterval } from './use-interval.ts'
import { useRequest } from './use-request.ts'
import type { RequestState } from './use-request.ts'

const refreshMs = 5_000

const HealthContext = createContext<RequestState<ComponentHealth[]>>({
  isLoading: true,
  value: undefined,
  error: undefined,
})

export function HealthProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState(0)
  useInterval(refreshMs, () => setAsked((count) => count + 1))
  return <HealthContext value={useRequest(String(asked), getHealth)}>{children}</HealthContext>
}

export const useHealth = () => useContext(HealthContext)
