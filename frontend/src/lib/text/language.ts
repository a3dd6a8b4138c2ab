/** The language that all of these texts are written in, and what its grammar asks of them. */
const language = 'en-GB';

const and = new Intl.ListFormat(language, { type: 'conjunction' });

/** `A, B and C` */
export const listed = (names: readonly string[]): string => and.format(names);
