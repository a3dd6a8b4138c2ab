import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Check } from '@/api/contract';
import { CheckLine } from './CheckLine';

const check = {
  id: 'k1',
  status: 'up',
  checked_at: new Date().toISOString(),
  attempts: 1,
  first_failed_at: null,
  reason: null,
  response_time: 42,
  status_code: 200,
  timings: { dns: 1, tcp: 2, tls: 3, ttfb: 30, body: 6 },
} as unknown as Check;

it('who speaks to the button says what stands on it, today and of an earlier day', () => {
  for (const checked_at of [check.checked_at, '2026-01-05T23:59:32Z']) {
    const { unmount } = render(
      <table>
        <tbody>
          <CheckLine check={{ ...check, checked_at }} ofPage={false} />
        </tbody>
      </table>,
    );
    const button = screen.getByRole('button');
    const shown = button.textContent ?? '';
    expect(shown).toMatch(/\d{2}:\d{2}/);
    expect(button.getAttribute('aria-label')).toBe(`Details of the check of ${shown}`);
    unmount();
  }
});
