import { hrefWith, navigate, usePageLocation } from './page-location.ts'

/** Loki, Tempo and Mimir keep tenants apart by `X-Scope-OrgID`; tests and replays in this lab have one each. */
export function TenantField() {
  const location = usePageLocation()
  const tenant = location.params.get('tenant') ?? ''
  return (
    <input
      key={tenant}
      className="field tenant-field"
      aria-label="Tenant (X-Scope-OrgID); empty for the default"
      title="Tenant (X-Scope-OrgID); empty for the default"
      placeholder="default tenant"
      defaultValue={tenant}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
      }}
      onBlur={(event) => {
        const entered = event.currentTarget.value.trim()
        if (entered !== tenant) navigate(hrefWith(location, { tenant: entered }))
      }}
    />
  )
}
