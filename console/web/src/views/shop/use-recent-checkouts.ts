import { useState } from 'react'
import type { CheckoutResult } from '../../api/shop-client.ts'
import { Json } from '../../api/json.ts'

export interface RecentCheckout extends CheckoutResult {
  atMs: number
}

const storageKey = 'console.checkouts'
const kept = 12

/** What this browser sent, also after a reload: the way back to a trace seen before. */
export function useRecentCheckouts(): [readonly RecentCheckout[], (result: CheckoutResult) => void] {
  const [recent, setRecent] = useState(readStored)
  const remember = (result: CheckoutResult): void => {
    const next = [{ ...result, atMs: Date.now() }, ...readStored()].slice(0, kept)
    window.localStorage.setItem(storageKey, JSON.stringify(next))
    setRecent(next)
  }
  return [recent, remember]
}

function readStored(): RecentCheckout[] {
  try {
    return new Json(JSON.parse(window.localStorage.getItem(storageKey) ?? '[]')).items().map((item) => ({
      status: item.get('status').number(),
      orderId: item.get('orderId').text() || undefined,
      traceId: item.get('traceId').text() || undefined,
      detail: item.get('detail').text() || undefined,
      durationMs: item.get('durationMs').number(),
      atMs: item.get('atMs').number(),
    }))
  } catch {
    return [] // Written by another version of the page.
  }
}
