// Upstream: pkg/registry/core/service (v1.36).
import { defaultService } from '../defaults/service.ts'
import type { Service } from '../generated/types.ts'
import { validateService, validateServiceStatusUpdate, validateServiceUpdate } from '../validation/service.ts'
import { serviceStatusWarnings, serviceWarnings } from '../warnings/service.ts'
import { keep } from './generation.ts'
import { releaseService, reserveService } from './service-allocation.ts'
import { dropTypeDependentFields } from './service-needs.ts'
import type { Strategy } from './strategy.ts'

/** Draws its cluster IP and node ports when it is made. */
export const serviceStrategy: Strategy<Service> = {
  defaults: defaultService,
  prepareForCreate: (service) => ({ ...service, status: { loadBalancer: {} } }),
  validate: validateService,
  prepareForUpdate: (next, old) => dropTypeDependentFields(keep(next, old, 'status'), old),
  validateUpdate: validateServiceUpdate,
  warningsOnCreate: serviceWarnings,
  warningsOnUpdate: serviceWarnings,
  status: {
    prepareForUpdate: (next, old) => keep(next, old, 'spec'),
    validateUpdate: validateServiceStatusUpdate,
    warnings: serviceStatusWarnings,
  },
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: true,
  reserve: reserveService,
  release: releaseService,
}
