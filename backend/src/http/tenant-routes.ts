import type { FastifyInstance } from 'fastify'
import type { TenantAdministration } from '../storage/tenant-store.ts'
import { parseTenantId } from './tenant-id.ts'

/** `GET /admin/tenants` and `DELETE /admin/tenants/:id`: register with `app.register(tenantRoutes, { store })`. */
export async function tenantRoutes(app: FastifyInstance, { store }: { store: TenantAdministration }): Promise<void> {
  app.get('/admin/tenants', async () => ({ tenants: store.listTenants() }))

  app.delete<{ Params: { id: string } }>('/admin/tenants/:id', async (request, reply) => {
    await store.deleteTenant(parseTenantId(request.params.id))
    return reply.code(204).send()
  })
}
