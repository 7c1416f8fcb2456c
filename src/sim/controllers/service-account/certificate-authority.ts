/** The certificate that everybody in the cluster trusts. Nothing in the simulation checks signatures: it says only what it is. */
export const certificateAuthority = '-----BEGIN CERTIFICATE-----\nc2ltdWxhdGVkIGNlcnRpZmljYXRlIGF1dGhvcml0eSBvZiBLdWJhcml1bQ==\n-----END CERTIFICATE-----\n'
