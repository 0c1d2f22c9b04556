import './app.css';
import 'virtual:brand.css';
import { SessionProvider } from '@plinth/client/react';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { client } from './api.ts';
import { loadSpeech, SpeechProvider } from './language.tsx';
import { router } from './router.tsx';

// A new release has other files: a page of the old one that asks for its own starts again, once.
addEventListener('vite:preloadError', (event) => {
  const key = 'reloaded-for-release';
  if (sessionStorage.getItem(key) === location.href) return;
  sessionStorage.setItem(key, location.href);
  event.preventDefault();
  location.reload();
});

const speech = await loadSpeech();
createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <SpeechProvider first={speech}>
      <SessionProvider client={client}>
        <RouterProvider router={router} />
      </SessionProvider>
    </SpeechProvider>
  </StrictMode>,
);
