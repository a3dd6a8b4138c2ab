/** Signing in and out, one's own account and preferences. */
import { queryOptions } from '@tanstack/react-query';
import type { Density, Preferences, PreferencesDraft, Provider, SetupForm } from './contract';
import { keys } from './keys';
import { announceSignOut } from './sign-out';
import { api, body } from './transport';

export const meQuery = () =>
  queryOptions({
    queryKey: keys.me,
    queryFn: ({ signal }) => body(api.GET('/api/auth/me', { signal })),
    staleTime: 300_000,
  });

export const providersQuery = () =>
  queryOptions({
    queryKey: keys.providers,
    queryFn: ({ signal }) => body(api.GET('/api/auth/providers', { signal })),
    staleTime: 60_000,
  });

export const sessionsQuery = () =>
  queryOptions({
    queryKey: keys.sessions,
    queryFn: ({ signal }) => body(api.GET('/api/auth/sessions', { signal })),
  });

export const preferencesQuery = () =>
  queryOptions({
    queryKey: keys.preferences,
    queryFn: ({ signal }) => body(api.GET('/api/me/preferences', { signal })),
    staleTime: 300_000,
  });

export const signIn = (email: string, password: string) =>
  body(api.POST('/api/auth/login', { body: { email, password } }));
export const setUp = (form: SetupForm) => body(api.POST('/api/auth/setup', { body: form }));
export const signOut = () => body(api.POST('/api/auth/logout')).then(announceSignOut);
export const endSession = (id: string) =>
  body(api.DELETE('/api/auth/sessions/{id}', { params: { path: { id } } }));
export const endOtherSessions = () => body(api.DELETE('/api/auth/sessions'));
/** `current` is left out by somebody who has no password yet. */
export const changePassword = (current: string | null, next: string) =>
  body(api.PUT('/api/auth/password', { body: { current_password: current, new_password: next } }));
export const unlinkProvider = (provider: Provider) =>
  body(api.DELETE('/api/auth/identities/{provider}', { params: { path: { provider } } }));
export const eraseAccount = (password: string | null) =>
  body(api.DELETE('/api/auth/me', { body: { password } })).then(announceSignOut);
/** Asks whether the address is one's own, by a message to it. */
export const sendVerification = () => body(api.POST('/api/auth/email/verification'));
/** `current` is left out by somebody who has no password. */
export const changeAddress = (email: string, current: string | null) =>
  body(api.PUT('/api/auth/email', { body: { email, current_password: current } }));

const unchanged: PreferencesDraft = {
  theme: null,
  density: null,
  category_order: null,
  weekly_report: null,
  report_day: null,
  report_zone: null,
};
/** Changes what is given; the rest stays as it is. */
export const savePreferences = (changes: Partial<PreferencesDraft>) =>
  body(api.PUT('/api/me/preferences', { body: { ...unchanged, ...changes } }));
export const saveTheme = (theme: Preferences['theme']) => savePreferences({ theme });
export const saveDensity = (density: Density) => savePreferences({ density });
export const saveCategoryOrder = (order: string[]) => savePreferences({ category_order: order });
