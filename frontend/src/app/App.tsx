/** The providers around everything: query cache, router, messages. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect } from 'react';
import { createBrowserRouter, RouterProvider } from 'react-router';
import { keys } from '@/api/keys';
import { LateProblem, Problem } from '@/api/problem';
import { whenSessionEnds } from '@/api/session';
import { onSignOutElsewhere } from '@/api/sign-out';
import { isWall, paths } from '@/lib/paths';
import { shellText } from '@/lib/text/shell';
import { Questions } from '@/ui/Question';
import { Toasts } from '@/ui/Toasts';
import { routes } from './routes';

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refused stays refused; only silence and overload are worth another try,
      // and who has waited for a whole deadline decides it for themselves.
      retry: (failures, error) =>
        failures < 2 &&
        error instanceof Problem &&
        !(error instanceof LateProblem) &&
        (error.status === 0 || error.status >= 500),
      refetchOnWindowFocus: true,
      // An answer may come over the LAN while the browser believes to be offline.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

const router = createBrowserRouter(routes);

let ending = false;

/** A form that is not saved may keep its page: what was read is forgotten once the sign-in is there. */
function toSignIn(address: string, byItself: boolean): void {
  ending = true;
  void router.navigate(address, { replace: true, state: { byItself } });
}

router.subscribe(({ location }) => {
  if (!ending || location.pathname !== paths.login()) return;
  ending = false;
  queryClient.clear();
});

export function App() {
  useEffect(
    () =>
      whenSessionEnds((byItself) => {
        const { pathname, search, hash } = window.location;
        if (pathname === paths.login() || pathname === paths.setup()) return;
        // Nobody was signed in yet: the frame leads to the sign-in by itself.
        if (queryClient.getQueryData(keys.me) === undefined) return;
        // A wall says so itself, and goes on when somebody has signed in again.
        if (isWall({ pathname, search })) {
          void queryClient.resetQueries({ queryKey: keys.me });
          return;
        }
        toSignIn(`${paths.login(pathname + search + hash)}&ended=1`, byItself);
      }),
    [],
  );
  useEffect(
    () =>
      onSignOutElsewhere(() => {
        if (window.location.pathname === paths.login()) return;
        if (isWall(window.location)) {
          void queryClient.resetQueries({ queryKey: keys.me });
          return;
        }
        toSignIn(`${paths.login()}?signed_out=1`, true);
      }),
    [],
  );
  return (
    <QueryClientProvider client={queryClient}>
      {/* React has already reported it where it is a fault: see main.tsx. */}
      <RouterProvider router={router} onError={() => undefined} />
      <Questions closeLabel={shellText.close} />
      <Toasts label={shellText.notifications} closeLabel={shellText.close} />
    </QueryClientProvider>
  );
}
