// Stands in for prettier's JavaScript printer, which monaco-yaml bundles and YAML never needs (alias in vite.config.ts).
export default {}
export const languages: readonly unknown[] = []
