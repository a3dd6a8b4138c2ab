/** A part that is loaded when it is needed. Where it does not come, the page around it stays and says so. */
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useState } from 'react';
import { isMissingPart, isReplaced, loadAgain } from '../lib/missing-part';
import { shellText } from '../lib/text/shell';
import { Dialog } from './Dialog';
import { Failure, PartLoading } from './Page';

type Load<P> = () => Promise<{ default: ComponentType<P> }>;

/** `loading` stands in its place until it is there. */
export function lazyPart<P extends object>(load: Load<P>, loading: ReactNode) {
  return withRetry(load, loading, (_, retry) => <Missing {...retry} />);
}

/** The same for a dialog, which can be closed also while it is missing. */
export function lazyDialog<P extends { onClose: () => void }>(load: Load<P>) {
  return withRetry(load, <PartLoading />, ({ onClose }: P, retry) => (
    <Dialog title={shellText.part.title} closeLabel={shellText.close} onClose={onClose} sheet>
      <Missing {...retry} />
    </Dialog>
  ));
}

interface Retry {
  /** It was tried again, and did not come then either. */
  tried: boolean;
  onRetry: () => void;
}

function withRetry<P extends object>(
  load: Load<P>,
  loading: ReactNode,
  missing: (props: P, retry: Retry) => ReactNode,
): ComponentType<P> {
  // What could not be loaded is remembered as such: another try needs another one.
  let Part: ComponentType<P> = lazy(load);
  // biome-ignore lint/correctness/noComponentHookFactories: made once for each part, as by React's own lazy
  return function LazyPart(props: P) {
    const [, setRound] = useState(0);
    const again = (failed: unknown) => {
      Part = lazy(() => loadAgain(load, failed));
      setRound((round) => round + 1);
    };
    return (
      <Boundary missing={(retry) => missing(props, retry)} onRetry={again}>
        <Suspense fallback={loading}>
          <Part {...props} />
        </Suspense>
      </Boundary>
    );
  };
}

interface BoundaryProps {
  missing: (retry: Retry) => ReactNode;
  onRetry: (failed: unknown) => void;
  children: ReactNode;
}

/** Faults are passed on: they are for the page of faults. */
class Boundary extends Component<BoundaryProps, { error: unknown; tried: boolean }> {
  override state = { error: null as unknown, tried: false };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error, tried } = this.state;
    if (error === null) return this.props.children;
    if (!isMissingPart(error)) throw error;
    const onRetry = () => {
      this.props.onRetry(error);
      this.setState({ error: null, tried: true });
    };
    return this.props.missing({ tried, onRetry });
  }
}

/** What another build has replaced cannot come before the page is left, and that is for the reader to choose. */
function Missing({ tried, onRetry }: Retry) {
  const [replaced, setReplaced] = useState(false);
  const again = async () => {
    if (await isReplaced().catch(() => false)) setReplaced(true);
    else onRetry();
  };
  return replaced || tried ? (
    <Failure retry={shellText.crash.reload} onRetry={() => window.location.reload()} inPanel>
      {replaced ? shellText.part.replaced : shellText.part.stays}
    </Failure>
  ) : (
    <Failure retry={shellText.retry} onRetry={() => void again()} inPanel>
      {shellText.part.missing}
    </Failure>
  );
}
