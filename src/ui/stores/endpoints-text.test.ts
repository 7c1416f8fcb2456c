import { expect, test } from 'vitest'
import type { Endpoints } from '../../sim/api/generated/types.ts'
import { endpointsText } from './endpoints-text.ts'

const endpoints = (...subsets: readonly object[]) => ({ subsets }) as unknown as Endpoints
const addresses = ['10.0.0.1', '10.0.0.2'].map((ip) => ({ ip }))

test('Endpoints are listed as kubectl lists them: three of them at the most, each address at each port', () => {
  expect(endpointsText(endpoints())).toBe('<none>')
  expect(endpointsText(endpoints({ notReadyAddresses: addresses, ports: [{ port: 80 }] }))).toBe('<none>')
  expect(endpointsText(endpoints({ addresses, ports: [{ port: 80 }] }))).toBe('10.0.0.1:80,10.0.0.2:80')
  expect(endpointsText(endpoints({ addresses, ports: [{ port: 80 }, { port: 443 }] }))).toBe('10.0.0.1:80,10.0.0.2:80,10.0.0.1:443 + 1 more...')
  expect(endpointsText(endpoints({ addresses: [{ ip: 'fd00::1' }], ports: [{ port: 80 }] }, { addresses }))).toBe('[fd00::1]:80,10.0.0.1,10.0.0.2')
})
