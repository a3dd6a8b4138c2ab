import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { BulkResult } from '@/api/contract';
import { BulkPreview } from './BulkPreview';

it('why services are refused is said by the words of the form', () => {
  const result: BulkResult = {
    dry_run: true,
    matched: 3,
    changed: [],
    errors: { a: 'check_interval must be from 30 to 86400' },
    refused: [
      { errors: { check_interval: ['must be from 30 to 86400'] }, ids: ['a', 'b', 'c'] },
      { errors: { of_tomorrow: ['must be known'] }, ids: ['a'] },
    ],
    examples: [],
    before: [],
  };
  const { container } = render(
    <BulkPreview action="interval" asked result={result} error={null} onRetry={undefined} />,
  );
  expect(screen.getByText('3 × Interval: must be from 30 to 86400')).toBeDefined();
  expect(screen.getByText('1 × of_tomorrow: must be known')).toBeDefined();
  expect(screen.getByText('3 are refused')).toBeDefined();
  expect(container.textContent).not.toContain('check_interval');
});
