/** Every URL of the web app. */
import type { RouteObject } from 'react-router';
import { SignInPage } from '@/features/account/SignInPage';
import { CrashPage, NotFoundPage } from './ErrorPages';
import { Frame, StartUp } from './Frame';
import { DashboardPage } from './pages/DashboardPage';
import { WallShortcuts } from './Shortcuts';

export const routes: RouteObject[] = [
  { path: '/login', element: <SignInPage />, errorElement: <CrashPage /> },
  {
    path: '/setup',
    hydrateFallbackElement: <StartUp />,
    errorElement: <CrashPage />,
    lazy: async () => ({ Component: (await import('@/features/account/SetupPage')).SetupPage }),
  },
  ...['/acknowledge', '/unsubscribe', '/verify'].map((path) => ({
    path,
    hydrateFallbackElement: <StartUp />,
    errorElement: <CrashPage />,
    lazy: async () => ({ Component: (await import('@/features/notice/LinkPage')).LinkPage }),
  })),
  {
    element: (
      <>
        <Frame />
        <WallShortcuts />
      </>
    ),
    hydrateFallbackElement: <StartUp />,
    errorElement: <CrashPage />,
    children: [
      {
        errorElement: <CrashPage />,
        children: [
          { index: true, element: <DashboardPage /> },
          {
            path: '/services/new',
            lazy: async () => ({
              Component: (await import('@/features/service/AddServicePage')).AddServicePage,
            }),
          },
          {
            path: '/services/:id',
            lazy: async () => ({ Component: (await import('./pages/ServicePage')).ServicePage }),
          },
          {
            path: '/services/:id/edit',
            lazy: async () => ({
              Component: (await import('@/features/service/EditServicePage')).EditServicePage,
            }),
          },
          {
            path: '/services/:id/copy',
            lazy: async () => ({
              Component: (await import('@/features/service/CopyServicePage')).CopyServicePage,
            }),
          },
          {
            path: '/incidents',
            lazy: async () => ({
              Component: (await import('@/features/incident/IncidentsPage')).IncidentsPage,
            }),
          },
          {
            path: '/incidents/:id',
            lazy: async () => ({
              Component: (await import('@/features/incident/IncidentPage')).IncidentPage,
            }),
          },
          {
            path: '/notices',
            lazy: async () => ({
              Component: (await import('@/features/notice/NoticesPage')).NoticesPage,
            }),
          },
          {
            path: '/notices/ledger',
            lazy: async () => ({
              Component: (await import('@/features/notice/LedgerPage')).LedgerPage,
            }),
          },
          {
            path: '/notices/new',
            lazy: async () => ({
              Component: (await import('@/features/notice/ChannelPage')).NewChannelPage,
            }),
          },
          {
            path: '/notices/:id',
            lazy: async () => ({
              Component: (await import('@/features/notice/ChannelPage')).EditChannelPage,
            }),
          },
          {
            path: '/maintenance',
            lazy: async () => ({
              Component: (await import('@/features/maintenance/MaintenancePage')).MaintenancePage,
            }),
          },
          {
            path: '/account',
            lazy: async () => ({
              Component: (await import('@/features/account/AccountPage')).AccountPage,
            }),
          },
          {
            path: '/settings',
            lazy: async () => ({
              Component: (await import('@/features/workspace/SettingsPage')).SettingsPage,
            }),
          },
          {
            path: '/system',
            lazy: async () => ({
              Component: (await import('@/features/system/SystemPage')).SystemPage,
            }),
          },
          {
            path: '/about',
            lazy: async () => ({ Component: (await import('./pages/AboutPage')).AboutPage }),
          },
          { path: '*', element: <NotFoundPage /> },
        ],
      },
    ],
  },
];
