import './app.css';
import 'virtual:brand.css';
import { SessionProvider } from '@plinth/client/react';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { client } from './api.ts';
import { loadSpeech, SpeechProvider } from './language.tsx';

// A new release has other files: a page of the old one that asks for its own starts again, once.
addEventListener('vite:preloadError', (event) => {
  const key = 'reloaded-for-release';
  if (sessionStorage.getItem(key) === location.href) return;
  sessionStorage.setItem(key, location.href);
  event.preventDefault();
  location.reload();
});

// The console is an app of its own, which people who are no operators never load.
const app = location.pathname.startsWith('/operator') ? import('./console/router.tsx') : import('./router.tsx');
const [speech, { router }] = await Promise.all([loadSpeech(), app]);
createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <SpeechProvider first={speech}>
      <SessionProvider client={client}>
        <RouterProvider router={router} />
      </SessionProvider>
    </SpeechProvider>
  </StrictMode>,
);
