/** A vendor's level in its words, with the sign that goes with it. */
import { levelOf, levelWords, signOf } from '@/lib/vendor';
import { StatusGlyph, wordColour } from '@/ui/StatusGlyph';

export function Level({ word }: { word: string }) {
  const sign = signOf[levelOf(word)];
  return (
    <span className="inline-flex items-center gap-1.5 text-sm">
      <StatusGlyph status={sign} size={11} />
      <span className={wordColour[sign]}>{levelWords(word)}</span>
    </span>
  );
}
