import * as addresses from '../../src/sim/api/addresses.ts'
import type { FieldError } from '../../src/sim/api/field-errors.ts'
import * as names from '../../src/sim/api/names.ts'
import { difference, type GoldenSet } from '../harness.ts'
import { recordedForm } from './field-errors.ts'

const textChecks: Record<string, names.TextCheck> = {
  IsConfigMapKey: names.checkConfigMapKey,
  IsDNS1035Label: names.checkDns1035Label,
  IsDNS1123Label: names.checkDns1123Label,
  IsDNS1123Subdomain: names.checkDns1123Subdomain,
  IsDNS1123SubdomainWithUnderscore: names.checkDns1123SubdomainWithUnderscore,
  IsEnvVarName: names.checkEnvVarName,
  IsHTTPHeaderName: names.checkHttpHeaderName,
  IsQualifiedName: names.checkQualifiedName,
  IsRelaxedEnvVarName: names.checkRelaxedEnvVarName,
  IsValidLabelValue: names.checkLabelValue,
  IsValidPercent: names.checkPercent,
  IsValidPortName: names.checkPortName,
  IsWildcardDNS1123Subdomain: names.checkWildcardDns1123Subdomain,
}

const numberChecks: Record<string, (value: number) => readonly string[]> = {
  IsValidPortNum: names.checkPortNumber,
  IsValidUserID: names.checkUserOrGroupId,
  IsValidGroupID: names.checkUserOrGroupId,
}

const warnings: Record<string, (field: string, text: string) => string[]> = {
  GetWarningsForIP: addresses.addressWarnings,
  GetWarningsForCIDR: addresses.cidrWarnings,
}

const fieldChecks: Record<string, (field: string, text: string) => FieldError[]> = {
  IsDomainPrefixedKey: names.checkDomainPrefixedKey,
  IsDomainPrefixedPath: names.checkDomainPrefixedPath,
  IsFullyQualifiedDomainName: (field, text) => names.checkFullyQualified(field, text, 'domain'),
  IsFullyQualifiedName: (field, text) => names.checkFullyQualified(field, text, 'name'),
  IsValidCIDR: (field, text) => addresses.checkCidr(field, text, 'canonical'),
  IsValidCIDRForLegacyField: (field, text) => addresses.checkCidr(field, text, 'legacy'),
  IsValidCIDRLax: (field, text) => addresses.checkCidr(field, text, 'lax'),
  IsValidIP: (field, text) => addresses.checkAddress(field, text, 'canonical'),
  IsValidIPForLegacyField: (field, text) => addresses.checkAddress(field, text, 'legacy'),
  IsValidIPLax: (field, text) => addresses.checkAddress(field, text, 'lax'),
  IsValidInterfaceAddress: addresses.checkInterfaceAddress,
  ValidateFieldManager: names.checkFieldManager,
  ValidateFieldValidation: names.checkFieldValidation,
  ValidateFinalizerName: names.checkFinalizerName,
}

/** The checks of names as Go's functions are called. */
export const nameChecks: Record<string, names.NameCheck> = {
  NameIsDNS1035Label: names.nameIsDns1035Label,
  NameIsDNSLabel: names.nameIsDnsLabel,
  NameIsDNSSubdomain: names.nameIsDnsSubdomain,
  ValidateNamespaceName: names.nameIsDnsLabel,
  ValidateServiceAccountName: names.nameIsDnsSubdomain,
  IsValidPathSegmentName: names.nameIsPathSegment,
  ValidatePathSegmentName: names.nameIsPathSegment,
}

/** Every function that judges a name, a value, a port or an address. */
export const nameSet: GoldenSet = {
  name: 'machinery/names',
  run({ in: input, out }) {
    const { function: name, text, number, path } = input
    const answer =
      textChecks[name] ? { messages: textChecks[name](text) }
      : numberChecks[name] ? { messages: numberChecks[name](number) }
      : warnings[name] ? { messages: warnings[name](path, text) }
      : fieldChecks[name] ? { errors: fieldChecks[name](path, text).map(recordedForm) }
      : nameChecks[name] ? { asName: nameChecks[name](text, false), asPrefix: nameChecks[name](text, true) }
      : `no function ${name}`
    return difference(out, answer)
  },
}
