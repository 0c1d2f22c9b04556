import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { StartError } from './start-error.ts';

/**
 * @returns the port, which for 0 is any free one
 * @throws StartError when the port is taken, naming the setting that changes it
 */
export async function listen(server: Server, setting: string, port: number, host: string): Promise<number> {
  server.listen({ port, host });
  try {
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${port} is taken by another process. Choose another with ${setting}, e.g. ${setting}=${port + 1}.`,
      );
    }
    if (code === 'EACCES')
      throw new StartError(`Port ${port} needs more rights. Choose one above 1023 with ${setting}.`);
    throw error;
  }
}
