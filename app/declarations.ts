/** Loads whatever declares metrics, queues, audit actions, permissions, errors or settings. Import it before reading one of those lists. */
import './api.ts';
import './worker.ts';
import './wiring.ts';
