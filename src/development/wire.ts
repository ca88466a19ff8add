/** A message as it went over the wire, for a person to read. Takes whatever was posted; must not throw. */

/** Characters that are shown: more than any honest message has. */
const longest = 20_000;

export function asSent(message: unknown): string {
  const text = JSON.stringify(message, null, 2) ?? String(message);
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}
