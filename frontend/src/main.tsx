/** Starts the web app. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { isPageError } from './api/problem';
import { App } from './app/App';
import { isMissingPart } from './lib/missing-part';
import './styles.css';

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root, {
    // A 404 or 403 has its page and is no fault of the app, nor is a part that did not come.
    onCaughtError: (error) => {
      if (!isPageError(error) && !isMissingPart(error)) reportError(error);
    },
  }).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
