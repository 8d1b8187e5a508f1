export function ShopView({ traceId }: { traceId?: string }) {
  return <p>{traceId}</p>
}
