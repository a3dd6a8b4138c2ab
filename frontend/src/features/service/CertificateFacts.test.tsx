import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Certificate, TestRun } from '@/api/contract';
import { CertificateFacts } from './CertificateFacts';
import { TestResult } from './TestResult';

const certificate = {
  names: ['shop.example.com'],
  issuer: 'Nobody',
  not_after: new Date(Date.now() + 39.5 * 86_400_000).toISOString(),
  verified: false,
  faults: ['tls_name_mismatch', 'tls_untrusted'],
} as unknown as Certificate;
const sign = () => screen.getByText(/expires in 39 days/).previousElementSibling?.classList;

it('a bad certificate says in words what is gravest, beside its red sign', () => {
  render(<CertificateFacts certificate={certificate} />);
  expect(sign()).toContain('text-down');
  expect(screen.getByText('It is for another name than this address.')).toBeTruthy();
  expect(screen.queryByText(/No authority/)).toBeNull();
});

it('a fault without words of its own is told all the same, and a good one has none', () => {
  const { rerender } = render(
    <CertificateFacts certificate={{ ...certificate, faults: ['tls_strange'] }} />,
  );
  expect(screen.getByText('Browsers would not accept it.')).toBeTruthy();
  rerender(<CertificateFacts certificate={{ ...certificate, faults: [], verified: true }} />);
  expect(screen.queryByText('Browsers would not accept it.')).toBeNull();
});

it('a look that asked for no verification shows no red sign for the certificate', () => {
  const look = {
    verdict: 'up',
    sentence: 'Answered 200.',
    status_code: 200,
    observation: { hops: [], certificate },
  } as unknown as TestRun;
  const nothing = () => undefined;
  render(
    <TestResult
      look={look}
      verified={false}
      outdated={false}
      pending={false}
      onAccept={nothing}
      onHeader={nothing}
      onVendorPage={nothing}
    />,
  );
  expect(sign()).not.toContain('text-down');
  expect(screen.getByText(/verification is off/)).toBeTruthy();
});
