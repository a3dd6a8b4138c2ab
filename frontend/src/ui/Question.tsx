/** One question at a time, asked in a dialog and answered by a promise: for what cannot be taken back. */
import { useSyncExternalStore } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';

export interface Question {
  title: string;
  detail: string;
  /** The words of the button that goes on. */
  yes: string;
  /** The words of the button that leaves everything as it is. */
  no: string;
}

interface Asked {
  question: Question;
  answer: (yes: boolean) => void;
}

let asked: Asked | null = null;
const listeners = new Set<() => void>();

function set(next: Asked | null): void {
  asked = next;
  for (const tell of listeners) tell();
}

/** True when the reader chose to go on. A question that stands is answered with no by the next one. */
export function ask(question: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((resolve) => {
    const answer = (yes: boolean) => {
      set(null);
      resolve(yes);
    };
    set({ question, answer });
  });
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** Where questions appear; stands once in the app. */
export function Questions({ closeLabel }: { closeLabel: string }) {
  const current = useSyncExternalStore(subscribe, () => asked);
  if (current === null) return null;
  const { question, answer } = current;
  return (
    <Dialog title={question.title} closeLabel={closeLabel} onClose={() => answer(false)}>
      <p className="text-soft">{question.detail}</p>
      <div className="mt-6 flex flex-wrap justify-end gap-2">
        <Button kind="danger" onClick={() => answer(true)}>
          {question.yes}
        </Button>
        {/* Enter leaves everything as it is. */}
        <Button data-autofocus kind="primary" onClick={() => answer(false)}>
          {question.no}
        </Button>
      </div>
    </Dialog>
  );
}
