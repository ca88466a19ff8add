/** Whose account every application of a test begins with. */
export const person = { email: 'ada@example.com', password: 'analytical-engine-1843' } as const;
