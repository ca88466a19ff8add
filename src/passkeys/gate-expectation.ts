/** What a ceremony must match. Taken from configuration and ticket, never from the request. */
export type GateExpectation = { challenge: string; origin: string; rpId: string };
