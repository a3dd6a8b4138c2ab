/** The pages for what cannot be shown: nothing there, not allowed, our fault, no answer. */
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { Link, useRouteError } from 'react-router';
import { hasStatus, sentenceOf } from '@/api/problem';
import { isMissingPart, isReplaced, leaveBuild } from '@/lib/missing-part';
import { paths } from '@/lib/paths';
import { shellText } from '@/lib/text/shell';
import { Button, buttonClass } from '@/ui/Button';
import { PageColumn, Sentence } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { StatusGlyph } from '@/ui/StatusGlyph';

interface Props {
  sentence: string;
  detail: string;
  children?: ReactNode;
}

function ErrorPage({ sentence, detail, children }: Props) {
  return (
    <PageColumn narrow>
      <PageTitle>{sentence}</PageTitle>
      <div className="pt-[12vh]">
        <StatusGlyph status="unknown" size={30} className="mb-5" />
        <Sentence>{sentence}</Sentence>
        <p className="mt-3 max-w-prose text-lg text-soft">{detail}</p>
        <div className="mt-7 flex flex-wrap gap-2">{children}</div>
      </div>
    </PageColumn>
  );
}

const ToDashboard = () => (
  <Link to={paths.dashboard()} className={buttonClass('primary')}>
    {shellText.backToDashboard}
  </Link>
);

export function NotFoundPage() {
  return (
    <ErrorPage {...shellText.notFound}>
      <ToDashboard />
    </ErrorPage>
  );
}

export function ForbiddenPage({ signedIn = false }: { signedIn?: boolean }) {
  return (
    <ErrorPage {...shellText.forbidden}>
      {signedIn && <ToDashboard />}
      <Link to={paths.login()} className={buttonClass(signedIn ? 'secondary' : 'primary')}>
        {shellText.signIn}
      </Link>
    </ErrorPage>
  );
}

/** It tries again by itself; who does not want to wait presses. */
export function OfflinePage({ onRetry }: { onRetry: () => void }) {
  return (
    <ErrorPage {...shellText.offline}>
      <Button onClick={onRetry}>{shellText.retry}</Button>
    </ErrorPage>
  );
}

/** The server does answer, and says why there is nothing to see; asked again as above. */
export function RefusedPage({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <ErrorPage sentence={shellText.refused} detail={sentenceOf(error)}>
      <Button onClick={onRetry}>{shellText.retry}</Button>
    </ErrorPage>
  );
}

const ASK_MS = 5_000;

/**
 * A part of the page did not come. Loaded again by itself where that helps and cannot go on for ever: once for a
 * build that was replaced, and when a server that was away answers again.
 */
function MissingPage() {
  const [away, setAway] = useState(true);
  const wasAway = useRef(false);
  const look = useCallback(async (pressed: boolean) => {
    try {
      const replaced = await isReplaced();
      setAway(false);
      if (pressed || wasAway.current) window.location.reload();
      else if (replaced) leaveBuild();
    } catch {
      wasAway.current = true;
      setAway(true);
    }
  }, []);
  useEffect(() => {
    void look(false);
    const timer = setInterval(() => void look(false), ASK_MS);
    return () => clearInterval(timer);
  }, [look]);
  const retry = () => void look(true);
  if (away) return <OfflinePage onRetry={retry} />;
  return (
    <ErrorPage {...shellText.missing}>
      <Button onClick={retry}>{shellText.retry}</Button>
    </ErrorPage>
  );
}

/** Shown when rendering failed, or when a part of the app could not be loaded. */
export function CrashPage() {
  const error = useRouteError();
  if (hasStatus(error, 404)) return <NotFoundPage />;
  if (hasStatus(error, 403)) return <ForbiddenPage signedIn />;
  if (isMissingPart(error)) return <MissingPage />;
  const { sentence, detail, reload } = shellText.crash;
  return (
    <ErrorPage sentence={sentence} detail={detail}>
      <Button kind="primary" onClick={() => window.location.reload()}>
        {reload}
      </Button>
      <pre className="mt-6 w-full overflow-x-auto rounded-lg border border-line bg-surface p-4 font-mono text-sm text-soft">
        {error instanceof Error ? `${error.name}: ${error.message}` : String(error)}
      </pre>
    </ErrorPage>
  );
}
