/** Reasons of wrong fields read on after the field's name; here they become sentences. */

/** `Name` and `must not be empty` make `Name must not be empty.`; whole sentences stay. */
export function reasonSentence(label: string, reason: string): string {
  const startsSmall = /^\p{Ll}/u.test(reason);
  const text = startsSmall ? `${label} ${reason}` : reason;
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
