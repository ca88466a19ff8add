/** Whose account every application of a test begins with, and somebody who wants to have it. */
export const person = { email: 'ada@example.com', password: 'analytical-engine-1843' } as const;
export const eve = { email: 'eve@example.com', password: 'eavesdropper-since-1988' } as const;
