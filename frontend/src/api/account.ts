/** Signing in and out, one's own account and preferences. */
import { queryOptions } from '@tanstack/react-query';
import type { Me, Preferences, Providers, Session } from './contract';
import { keys } from './keys';
import { send } from './transport';

export const meQuery = () =>
  queryOptions({
    queryKey: keys.me,
    queryFn: ({ signal }) => send<Me>('GET', '/api/auth/me', { signal }),
    staleTime: 300_000,
  });

export const providersQuery = () =>
  queryOptions({
    queryKey: keys.providers,
    queryFn: ({ signal }) => send<Providers>('GET', '/api/auth/providers', { signal }),
    staleTime: 60_000,
  });

export const sessionsQuery = () =>
  queryOptions({
    queryKey: keys.sessions,
    queryFn: ({ signal }) => send<Session[]>('GET', '/api/auth/sessions', { signal }),
  });

export const preferencesQuery = () =>
  queryOptions({
    queryKey: keys.preferences,
    queryFn: ({ signal }) => send<Preferences>('GET', '/api/me/preferences', { signal }),
    staleTime: 300_000,
  });

export interface SetupForm {
  setup_token: string;
  email: string;
  name: string;
  password: string;
}

export const signIn = (email: string, password: string) =>
  send<unknown>('POST', '/api/auth/login', { body: { email, password } });
export const setUp = (form: SetupForm) => send<unknown>('POST', '/api/auth/setup', { body: form });
export const signOut = () => send<unknown>('POST', '/api/auth/logout');
export const endSession = (id: string) =>
  send<void>('DELETE', `/api/auth/sessions/${encodeURIComponent(id)}`);
export const endOtherSessions = () => send<void>('DELETE', '/api/auth/sessions');
export const changePassword = (current_password: string, new_password: string) =>
  send<unknown>('PUT', '/api/auth/password', { body: { current_password, new_password } });
export const eraseAccount = (password: string | undefined) =>
  send<void>('DELETE', '/api/auth/me', { body: password === undefined ? {} : { password } });
export const savePreferences = (preferences: Preferences) =>
  send<Preferences>('PUT', '/api/me/preferences', { body: preferences });
