/** What topics need of each other: a recovery and a reminder are told of what was told to be down or degraded. */

/** Whether outages or degradations are among them. */
export const tellTrouble = (topics: readonly string[]): boolean =>
  topics.includes('down') || topics.includes('degraded');

/** What of the topics chosen can be told. */
export const tellable = (topics: readonly string[]): readonly string[] =>
  tellTrouble(topics) ? topics : topics.filter((topic) => topic !== 'recovered');

/** True of a rule, stored before such were refused, that has a topic and nonetheless hears nothing. */
export const isDeaf = (topics: readonly string[]): boolean =>
  topics.length > 0 && tellable(topics).length === 0;
